using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Commit;

/// <summary>What is committed of a batch.</summary>
/// <param name="CommittedShards">Ordinals of the committed shards.</param>
/// <param name="Totals">Sums over their rows.</param>
public sealed record BatchProgress(IReadOnlySet<int> CommittedShards, RowTotals Totals);
