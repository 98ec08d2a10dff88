namespace ResPrune.Batch.Images;

/// <summary>An encoded image file in memory.</summary>
/// <param name="Bytes">Its bytes, at least one; not decoded yet.</param>
/// <param name="Digest">Lower-case hex SHA-256 of the bytes.</param>
public sealed record FetchedImage(ReadOnlyMemory<byte> Bytes, string Digest) : ImageFetchOutcome;
