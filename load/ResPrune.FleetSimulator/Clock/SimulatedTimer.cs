namespace ResPrune.FleetSimulator.Clock;

/// <summary>A timer of <see cref="SimulatedTime"/>. Its callback runs on the thread pool, as a real timer's does.</summary>
internal sealed class SimulatedTimer(SimulatedTime time, TimerCallback callback, object? state) : ITimer, IThreadPoolWorkItem
{
    private TimeSpan _period = Timeout.InfiniteTimeSpan;
    private volatile bool _disposed;

    /// <summary>Its place among those due at the same moment; the clock's own.</summary>
    internal LinkedListNode<SimulatedTimer>? Node { get; set; }

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed) return false;
        _period = period;
        time.Place(this, dueTime);
        return true;
    }

    /// <inheritdoc/>
    public void Execute()
    {
        if (_disposed) return;
        if (_period > TimeSpan.Zero) time.Place(this, _period);
        callback(state);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        time.Place(this, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>It has left its place.</summary>
    internal void BecameDue() => Node = null;
}
