using ResPrune.Batch.Batches;
using ResPrune.Batch.Sharding;

namespace ResPrune.Cluster.Batches;

/// <summary>The right to spend time on one shard, until it is not renewed. It is no right to publish: only the commit record is.</summary>
[GenerateSerializer]
[Immutable]
[Alias("resprune.ShardLease")]
public sealed record ShardLease
{
    /// <summary>The batch.</summary>
    [Id(0)]
    public required BatchId Batch { get; init; }

    /// <summary>Ordinal of the shard in the batch's plan.</summary>
    [Id(1)]
    public required int Shard { get; init; }

    /// <summary>Name of this attempt; the worker writes under it and reports with it.</summary>
    [Id(2)]
    public required AttemptId Attempt { get; init; }

    /// <summary>Which try this is, from 1.</summary>
    [Id(3)]
    public required int Try { get; init; }

    /// <summary>
    /// Why the shard is given up: its rows are to be closed with <c>engine_error</c> and this text, without the engine. Null (default):
    /// answer them.
    /// </summary>
    [Id(4)]
    public string? GiveUpReason { get; init; }

    /// <summary>How many answers of this attempt the batch would like to show at once. Default 0.</summary>
    [Id(5)]
    public int FirstAnswersWanted { get; init; }

    /// <summary>
    /// Earlier workers fell silent over this shard: take its rows one at a time, alone on the device, and say before each which it is.
    /// Default false.
    /// </summary>
    [Id(6)]
    public bool Isolated { get; init; }

    /// <summary>Lines whose row killed its workers: to be closed with <c>engine_error</c>, without the engine. Default none.</summary>
    [Id(7)]
    public IReadOnlyList<long> PoisonLines { get; init; } = [];

    /// <summary>W3C trace context of the batch, for the attempt to go on with; null (default) when it is not traced.</summary>
    [Id(8)]
    public string? TraceParent { get; init; }

    /// <summary>The shard itself, so that a worker reads no plan.</summary>
    [Id(9)]
    public required ShardSpec Spec { get; init; }

    /// <summary>
    /// Lines whose row failed in an engine before, on a device that worked: one that fails again becomes an error row. Default none.
    /// </summary>
    [Id(10)]
    public IReadOnlyList<long> SuspectLines { get; init; } = [];

    /// <summary>Digest of the weights that answer the batch; null (default) where it is not known.</summary>
    [Id(11)]
    public string? WeightsDigest { get; init; }
}
