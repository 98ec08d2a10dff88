namespace ResPrune.Batch.Commit;

/// <summary>A result file.</summary>
/// <param name="Blob">Blob name.</param>
/// <param name="Lines">Lines in it.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Lower-case hex SHA-256 of its bytes.</param>
public sealed record FileReference(string Blob, long Lines, long Length, string Sha256);
