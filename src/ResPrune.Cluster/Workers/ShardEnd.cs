namespace ResPrune.Cluster.Workers;

/// <summary>How one attempt at a shard ended.</summary>
/// <param name="Rows">Rows that were given an outcome; 0 unless the attempt came to its end.</param>
/// <param name="Failure">What went wrong; null when it came to its end, was lost or was handed back.</param>
/// <param name="IsStoreTrouble">Whether it was the blob store that failed, which says nothing about the shard or the device.</param>
internal readonly record struct ShardEnd(long Rows, string? Failure = null, bool IsStoreTrouble = false);
