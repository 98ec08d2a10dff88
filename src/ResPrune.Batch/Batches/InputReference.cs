namespace ResPrune.Batch.Batches;

/// <summary>The stored input and the version of it that the batch is about.</summary>
/// <param name="Blob">Blob name.</param>
/// <param name="ETag">Version that was written at submission; another one there later is refused.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Lower-case hex SHA-256 of the bytes.</param>
public sealed record InputReference(string Blob, string ETag, long Length, string Sha256);
