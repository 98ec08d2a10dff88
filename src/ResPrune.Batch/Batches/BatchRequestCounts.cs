namespace ResPrune.Batch.Batches;

/// <summary>Rows of a batch by outcome. In a finished batch completed + failed = total.</summary>
/// <param name="Total">Rows of the input; 0 while it is validated.</param>
/// <param name="Completed">Rows with an answer.</param>
/// <param name="Failed">Rows with an error.</param>
public sealed record BatchRequestCounts(long Total, long Completed, long Failed);
