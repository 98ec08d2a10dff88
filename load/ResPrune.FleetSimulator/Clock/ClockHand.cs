using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ResPrune.FleetSimulator.Clock;

/// <summary>
/// Moves simulated time on, and only when nothing more can happen at this moment: the thread pool, on which everything in this process runs,
/// has nothing to do and has had nothing to do for two looks in a row; no call is on its way to a grain that is free; nobody holds the clock.
/// So what the host's CPU needs for something takes no simulated time, however busy the host is.
/// </summary>
internal sealed partial class ClockHand : IDisposable
{
    /// <summary>Real time without any progress after which something is wrong with the simulation itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly SimulatedTime _time;
    private readonly Func<bool> _isUnderWay;
    private readonly Thread _thread;
    private readonly int _threads;
    private volatile string? _stuck;
    private volatile bool _stopped;
    private int _holds;
    private long _moves;

    /// <summary>Starts the hand.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="isUnderWay">Whether something is on its way that needs real time only, though the thread pool is idle.</param>
    public ClockHand(SimulatedTime time, Func<bool> isUnderWay)
    {
        _time = time;
        _isUnderWay = isUnderWay;
        ThreadPool.GetMaxThreads(out _threads, out _);
        _holds = 1;
        _thread = new Thread(Run) { IsBackground = true, Name = "clock hand" };
        _thread.Start();
    }

    /// <summary>How often the clock was moved.</summary>
    public long Moves => Interlocked.Read(ref _moves);

    /// <summary>Why time stands still though it should not; null while all is well.</summary>
    public string? Stuck => _stuck;

    /// <summary>Lets time run; it stands still at first.</summary>
    public void Release() => Interlocked.Decrement(ref _holds);

    /// <summary>Lets time stand still until <see cref="Release"/>: for what happens outside the simulated world.</summary>
    public void Hold() => Interlocked.Increment(ref _holds);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
    }

    private void Run()
    {
        var still = Stopwatch.StartNew();
        while (!_stopped)
        {
            if (Volatile.Read(ref _holds) > 0)
            {
                still.Restart();
                Thread.Sleep(1);
            }
            else if (IsQuiet() && _time.MoveOn())
            {
                Interlocked.Increment(ref _moves);
                still.Restart();
            }
            else
            {
                if (still.Elapsed > Patience) _stuck ??= $"no progress for {Patience} at {_time.Elapsed}: {Describe()}";
                // Not by spinning: the threads that it waits for need the core. Fails when a signal ends it early.
                if (Sleep(still.ElapsedMilliseconds > 20 ? 1000U : 20U) != 0) Thread.Yield();
            }
        }
    }

    private bool IsQuiet()
    {
        var completed = ThreadPool.CompletedWorkItemCount;
        return IsPoolIdle() && !_isUnderWay() && IsPoolIdle() && ThreadPool.CompletedWorkItemCount == completed && Volatile.Read(ref _holds) == 0;
    }

    private bool IsPoolIdle() => ThreadPool.PendingWorkItemCount == 0 && Working() == 0;

    private int Working()
    {
        ThreadPool.GetAvailableThreads(out var free, out _);
        return _threads - free;
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int Sleep(uint microseconds);

    private string Describe() =>
        $"{ThreadPool.PendingWorkItemCount} items wait for the thread pool, {Working()} of its threads work, calls under way: {_isUnderWay()}";
}
