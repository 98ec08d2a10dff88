namespace ResPrune.Batch.Batches;

/// <summary>A batch record and the version it was read from.</summary>
/// <param name="Record">The record.</param>
/// <param name="ETag">The version, for a compare-and-swap.</param>
public sealed record VersionedBatchRecord(BatchRecord Record, string ETag);
