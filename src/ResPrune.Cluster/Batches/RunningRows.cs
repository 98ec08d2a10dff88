using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Batches;

/// <summary>
/// What the attempts that run have done, kept up to date report by report: a big fleet holds thousands of shards and reports thousands of
/// times a second, and adding all of them up each time would take a core of its own.
/// </summary>
internal sealed class RunningRows
{
    private readonly Dictionary<int, (long Rows, long Answered, double DeviceSeconds)> _shards = [];

    /// <summary>Rows with an outcome.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows with an answer.</summary>
    public long Answered { get; private set; }

    /// <summary>Device time of the answers, in seconds; zero when there are none.</summary>
    public double DeviceSeconds { get; private set; }

    /// <summary>The attempts at a shard are so far; null when there is none any more.</summary>
    public void Set(int shard, RowTotals? furthest)
    {
        var before = _shards.GetValueOrDefault(shard);
        var after = furthest is null ? default : (furthest.Rows, furthest.Answered, furthest.Work.DeviceSeconds);
        if (furthest is null) _shards.Remove(shard);
        else _shards[shard] = after;
        Rows += after.Rows - before.Rows;
        Answered += after.Answered - before.Answered;
        // What rounding leaves of the differences does not outlast a moment at which nothing runs.
        DeviceSeconds = _shards.Count == 0 ? 0 : DeviceSeconds + after.DeviceSeconds - before.DeviceSeconds;
    }
}
