using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Batches;

/// <summary>A worker's hold on a shard.</summary>
/// <param name="Worker">Key of the worker.</param>
/// <param name="Attempt">Its attempt.</param>
/// <param name="Isolated">Whether it takes the rows one at a time.</param>
/// <param name="Since">When it got the shard.</param>
/// <param name="Deadline">When the lease ends unless the worker gives a sign of life.</param>
/// <param name="Totals">Rows of the attempt with an outcome, as last reported.</param>
/// <param name="Line">The row it has alone, as last reported.</param>
internal readonly record struct HeldShard(
    string Worker, AttemptId Attempt, bool Isolated, DateTimeOffset Since, DateTimeOffset Deadline, RowTotals Totals, long? Line);
