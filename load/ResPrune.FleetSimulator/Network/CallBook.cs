using System.Collections.Concurrent;
using ResPrune.FleetSimulator.Clock;

namespace ResPrune.FleetSimulator.Network;

/// <summary>Every call of a grain: how many, how long the longest took, and which are on their way at this moment.</summary>
internal sealed class CallBook(SimulatedTime time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Call> _open = [];
    private readonly Dictionary<GrainId, Traffic> _grains = [];
    private readonly ConcurrentDictionary<string, long> _counts = [];
    private long _last;
    private int _blocking;
    private int _replies;

    /// <summary>Calls by method.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>The longest time from asking to the answer.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>
    /// Whether a call is on its way to a grain that is free, or an answer to its caller: these need no simulated time, only the host's. A
    /// call behind another one waits for what that one waits for.
    /// </summary>
    public bool IsUnderWay => Volatile.Read(ref _blocking) > 0 || Volatile.Read(ref _replies) > 0;

    /// <summary>A call is sent; returns its number.</summary>
    public long Sent(GrainId target, string method)
    {
        _counts.AddOrUpdate(method, 1, (_, count) => count + 1);
        lock (_lock)
        {
            _open[++_last] = new Call(target, time.Elapsed);
            Change(target, onTheirWay: 1, inside: 0);
            return _last;
        }
    }

    /// <summary>A grain waits for another one until this is disposed, perhaps in a timer's turn, which is no call: calls to it wait behind that.</summary>
    public IDisposable? Waiting(GrainId? grain)
    {
        if (grain is not { } waiting) return null;
        lock (_lock) Change(waiting, onTheirWay: 0, inside: 1);
        return new Wait(this, waiting);
    }

    /// <summary>The grain begins with it, also when its caller has given it up meanwhile.</summary>
    public void Begun(long number, GrainId target)
    {
        lock (_lock)
        {
            var isWaitedFor = _open.TryGetValue(number, out var call);
            if (!isWaitedFor) _open[number] = call = new Call(target, time.Elapsed) { IsGivenUp = true };
            call!.Stage = Stage.Inside;
            Change(target, onTheirWay: isWaitedFor ? -1 : 0, inside: 1);
        }
    }

    /// <summary>The grain is done with it; the answer is on its way.</summary>
    public void Done(long number)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(number, out var call) || call.Stage != Stage.Inside) return;
            call.Stage = Stage.Answered;
            Change(call.Target, onTheirWay: 0, inside: -1);
            if (call.IsGivenUp) _open.Remove(number);
            else _replies++;
        }
    }

    /// <summary>The caller has its answer, or the news that there will be none.</summary>
    public void Returned(long number)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(number, out var call)) return;
            // A call that is given up still keeps its grain busy.
            if (call.Stage == Stage.Inside) call.IsGivenUp = true;
            else _open.Remove(number);
            if (call.Stage == Stage.Answered) _replies--;
            else if (call.Stage == Stage.OnItsWay) Change(call.Target, onTheirWay: -1, inside: 0);
            var took = time.Elapsed - call.Since;
            if (took > Longest) Longest = took;
        }
    }

    private void Change(GrainId grain, int onTheirWay, int inside)
    {
        var before = _grains.GetValueOrDefault(grain);
        var after = new Traffic(before.OnTheirWay + onTheirWay, before.Inside + inside);
        _grains[grain] = after;
        _blocking += (after.IsBlocking ? 1 : 0) - (before.IsBlocking ? 1 : 0);
    }

    private sealed class Wait(CallBook book, GrainId grain) : IDisposable
    {
        public void Dispose()
        {
            lock (book._lock) book.Change(grain, onTheirWay: 0, inside: -1);
        }
    }

    private enum Stage
    {
        OnItsWay,
        Inside,
        Answered,
    }

    private sealed class Call(GrainId target, TimeSpan since)
    {
        public GrainId Target { get; } = target;

        public TimeSpan Since { get; } = since;

        public Stage Stage { get; set; }

        public bool IsGivenUp { get; set; }
    }

    private readonly record struct Traffic(int OnTheirWay, int Inside)
    {
        public bool IsBlocking => OnTheirWay > 0 && Inside == 0;
    }
}
