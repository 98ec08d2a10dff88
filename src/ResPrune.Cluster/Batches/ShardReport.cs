using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Batches;

/// <summary>How far an attempt is; renews its lease.</summary>
[GenerateSerializer]
[Immutable]
[Alias("resprune.ShardReport")]
public sealed record ShardReport
{
    /// <summary>Key of the worker.</summary>
    [Id(0)]
    public required string Worker { get; init; }

    /// <summary>Ordinal of the shard.</summary>
    [Id(1)]
    public required int Shard { get; init; }

    /// <summary>The attempt.</summary>
    [Id(2)]
    public required AttemptId Attempt { get; init; }

    /// <summary>Rows of the attempt that have an outcome; not durable yet.</summary>
    [Id(3)]
    public required RowTotals Totals { get; init; }

    /// <summary>Answers since the last report that may be shown at once; a few at most.</summary>
    [Id(4)]
    public IReadOnlyList<FirstAnswer> FirstAnswers { get; init; } = [];

    /// <summary>Time the device has worked since its engine started, in seconds.</summary>
    [Id(5)]
    public double DeviceBusySeconds { get; init; }

    /// <summary>Time the device has waited for input since its engine started, in seconds.</summary>
    [Id(6)]
    public double DeviceStarvedSeconds { get; init; }

    /// <summary>The row that an isolated attempt begins now; null (default) otherwise.</summary>
    [Id(7)]
    public long? Line { get; init; }
}
