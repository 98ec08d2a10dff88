using ResPrune.Batch.Batches;
using ResPrune.Batch.Sharding;

namespace ResPrune.Batch.Tests.Commit;

/// <summary>A batch whose shards are decided, and these.</summary>
internal sealed record PlannedBatch(BatchRecord Record, BatchPlan Plan);
