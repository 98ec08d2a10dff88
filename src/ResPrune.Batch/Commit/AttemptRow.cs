using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Commit;

/// <summary>A row to store, with what the worker knows about it apart from the engine; the writer compares the two.</summary>
/// <param name="Line">Line of the input the worker asked about.</param>
/// <param name="CustomId">Its id.</param>
/// <param name="ImageDigest">Digest of the bytes the worker fetched; null when it fetched none.</param>
/// <param name="Result">The outcome, carrying what the engine echoed.</param>
public sealed record AttemptRow(long Line, string CustomId, string? ImageDigest, ResultRow Result);
