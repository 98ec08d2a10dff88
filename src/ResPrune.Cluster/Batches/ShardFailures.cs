namespace ResPrune.Cluster.Batches;

/// <summary>Failed attempts at one shard.</summary>
/// <param name="Count">How many.</param>
/// <param name="LastReason">Why the last one failed.</param>
internal readonly record struct ShardFailures(int Count, string? LastReason);
