namespace ResPrune.Cluster.Batches;

/// <summary>What a coordinator has for a worker that asks.</summary>
[GenerateSerializer]
[Immutable]
[Alias("resprune.LeaseOffer")]
public sealed record LeaseOffer
{
    /// <summary>The shard; null (default) when there is none for this worker.</summary>
    [Id(0)]
    public ShardLease? Lease { get; init; }

    /// <summary>Whether shards of the batch wait for a worker: if not, it need not be asked before it registers some. Default false.</summary>
    [Id(1)]
    public bool HasWaiting { get; init; }
}
