namespace ResPrune.Cluster.Batches;

/// <summary>Rate of a growing count over the last seconds.</summary>
internal sealed class RateMeter(TimeSpan window)
{
    private readonly Queue<(DateTimeOffset At, long Count)> _points = new();

    /// <summary>Notes that the count was <paramref name="count"/> at <paramref name="now"/>.</summary>
    public void Note(long count, DateTimeOffset now)
    {
        // One point outside the window stays, so that the window is always covered.
        while (_points.Count > 1 && _points.ElementAt(1).At <= now - window) _points.Dequeue();
        _points.Enqueue((now, count));
    }

    /// <summary>Growth per second from the oldest point kept to <paramref name="count"/> now; 0 before there is one.</summary>
    public double PerSecond(long count, DateTimeOffset now)
    {
        if (!_points.TryPeek(out var oldest)) return 0;
        var seconds = (now - oldest.At).TotalSeconds;
        // A count that fell (a lost attempt's rows) is a rate of nothing, not a negative one.
        return seconds > 0 ? Math.Max(0, count - oldest.Count) / seconds : 0;
    }
}
