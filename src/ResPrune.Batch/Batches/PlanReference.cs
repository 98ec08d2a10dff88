namespace ResPrune.Batch.Batches;

/// <summary>The stored shard plan.</summary>
/// <param name="Blob">Blob name.</param>
/// <param name="Shards">Number of shards.</param>
/// <param name="Rows">Rows of all shards.</param>
public sealed record PlanReference(string Blob, int Shards, long Rows);
