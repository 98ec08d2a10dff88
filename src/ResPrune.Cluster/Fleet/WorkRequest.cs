using ResPrune.Batch.Batches;

namespace ResPrune.Cluster.Fleet;

/// <summary>A worker's question for work: who asks, and what it could answer with.</summary>
[GenerateSerializer]
[Immutable]
[Alias("resprune.WorkRequest")]
public sealed record WorkRequest
{
    /// <summary>Key of the worker; it is woken when a batch comes.</summary>
    [Id(0)]
    public required string Worker { get; init; }

    /// <summary>Name of the model that its engine serves.</summary>
    [Id(1)]
    public required string Model { get; init; }

    /// <summary>Digest of that model's weights: only batches of these weights are its business.</summary>
    [Id(2)]
    public required string WeightsDigest { get; init; }

    /// <summary>Whether it has nothing to do: it may then be given a shard that another worker is slow with. Default false.</summary>
    [Id(3)]
    public bool IsIdle { get; init; }

    /// <summary>Batches that it leaves alone for a while because it failed on them; a few at most. Default none.</summary>
    [Id(4)]
    public IReadOnlyList<BatchId> Benched { get; init; } = [];
}
