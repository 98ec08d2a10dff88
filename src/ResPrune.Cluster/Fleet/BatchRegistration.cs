using ResPrune.Batch.Batches;

namespace ResPrune.Cluster.Fleet;

/// <summary>What a coordinator tells the fleet of its batch, again and again, so that a new fleet grain learns of it.</summary>
[GenerateSerializer]
[Immutable]
[Alias("resprune.BatchRegistration")]
public sealed record BatchRegistration
{
    /// <summary>The batch, which has not ended.</summary>
    [Id(0)]
    public required BatchId Batch { get; init; }

    /// <summary>The priority of its turns.</summary>
    [Id(1)]
    public required int Priority { get; init; }

    /// <summary>Digest of the weights that answer it; null (default) while any worker may be the first.</summary>
    [Id(2)]
    public string? WeightsDigest { get; init; }

    /// <summary>Whether shards can be had of it that could not be before: workers are woken for a known batch too. Default false.</summary>
    [Id(3)]
    public bool HasNewWork { get; init; }

    /// <summary>Whether shards wait for a worker, as far as the coordinator knows. A batch without is not asked for one. Default true.</summary>
    [Id(4)]
    public bool HasWaiting { get; init; } = true;
}
