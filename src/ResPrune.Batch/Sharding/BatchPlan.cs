namespace ResPrune.Batch.Sharding;

/// <summary>All shards of a batch, in order.</summary>
/// <param name="Shards">The shards; shard n is at index n.</param>
public sealed record BatchPlan(IReadOnlyList<ShardSpec> Shards);
