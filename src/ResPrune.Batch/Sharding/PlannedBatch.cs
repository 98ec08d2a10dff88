using ResPrune.Batch.Batches;

namespace ResPrune.Batch.Sharding;

/// <summary>A batch whose shards are decided.</summary>
/// <param name="Record">The record, after planning.</param>
/// <param name="Plan">The plan; without shards when the record has failed.</param>
public sealed record PlannedBatch(BatchRecord Record, BatchPlan Plan);
