using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Batches;

/// <summary>A shard that a worker holds.</summary>
/// <param name="Worker">Key of the worker.</param>
/// <param name="Attempt">Its attempt.</param>
/// <param name="Deadline">When the lease ends unless the worker gives a sign of life.</param>
/// <param name="Totals">Rows of the attempt with an outcome, as last reported.</param>
internal readonly record struct HeldShard(string Worker, AttemptId Attempt, DateTimeOffset Deadline, RowTotals Totals);
