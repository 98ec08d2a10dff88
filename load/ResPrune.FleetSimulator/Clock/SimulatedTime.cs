namespace ResPrune.FleetSimulator.Clock;

/// <summary>
/// A clock that stands still until it is moved to the next moment that somebody waits for. Moments are whole ticks, later never earlier than
/// asked for, so that many waits end together.
/// </summary>
/// <param name="tick">Length of a tick.</param>
internal sealed class SimulatedTime(TimeSpan tick) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly Dictionary<long, LinkedList<SimulatedTimer>> _due = [];
    private readonly PriorityQueue<long, long> _moments = new();
    private long _now;

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => new(Volatile.Read(ref _now));

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Start + Elapsed;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits. Unlike <c>Task.Delay</c> it does not cut the time down to whole milliseconds.</summary>
    public async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken = default)
    {
        if (wait <= TimeSpan.Zero) return;
        var over = new TaskCompletionSource();
        await using var timer = CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), over, wait, Timeout.InfiniteTimeSpan);
        await using var cancelled = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), over);
        await over.Task;
    }

    /// <summary>Moves on to the next moment that somebody waits for; false when nobody waits for any.</summary>
    public bool MoveOn()
    {
        LinkedList<SimulatedTimer> timers;
        lock (_lock)
        {
            do
            {
                if (!_moments.TryDequeue(out var moment, out _)) return false;
                if (!_due.Remove(moment, out timers!)) throw new InvalidOperationException($"Moment {moment} has no timers.");
                // A moment whose timers were all disposed is passed over.
                if (timers.Count > 0) Volatile.Write(ref _now, moment);
            }
            while (timers.Count == 0);

            foreach (var timer in timers) timer.BecameDue();
        }

        foreach (var timer in timers) ThreadPool.UnsafeQueueUserWorkItem(timer, preferLocal: false);
        return true;
    }

    /// <summary>Puts a timer where it is due, away from where it was; negative: nowhere.</summary>
    internal void Place(SimulatedTimer timer, TimeSpan dueTime)
    {
        lock (_lock)
        {
            timer.Node?.List?.Remove(timer.Node);
            timer.Node = null;
            if (dueTime < TimeSpan.Zero) return;
            var at = checked(_now + dueTime.Ticks);
            // Up to a whole tick. What is due at once is due in this moment, which comes again.
            var moment = dueTime == TimeSpan.Zero ? at : (at + tick.Ticks - 1) / tick.Ticks * tick.Ticks;
            if (!_due.TryGetValue(moment, out var timers))
            {
                _due[moment] = timers = [];
                _moments.Enqueue(moment, moment);
            }

            timer.Node = timers.AddLast(timer);
        }
    }
}
