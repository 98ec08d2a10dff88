using ResPrune.Batch.Batches;

namespace ResPrune.Cluster.Workers;

/// <summary>How one attempt at a shard ended.</summary>
/// <param name="Batch">The shard's batch.</param>
/// <param name="Rows">Rows that were given an outcome; 0 unless the attempt came to its end.</param>
/// <param name="Failure">What went wrong; null when it came to its end, was lost or was handed back.</param>
/// <param name="Trouble">What the failure is about.</param>
internal readonly record struct ShardEnd(BatchId Batch, long Rows, string? Failure = null, ShardTrouble Trouble = ShardTrouble.None);

/// <summary>What a failed attempt is about, for the worker: whether to leave alone a batch for a while, or to stop.</summary>
internal enum ShardTrouble
{
    /// <summary>Nothing failed.</summary>
    None,

    /// <summary>The attempt itself failed, for whatever reason.</summary>
    Attempt,

    /// <summary>The batch's images or its part of the store could not be had.</summary>
    Batch,

    /// <summary>The device does not compute rightly any more.</summary>
    Device,
}
