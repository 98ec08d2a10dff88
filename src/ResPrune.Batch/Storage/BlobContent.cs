namespace ResPrune.Batch.Storage;

/// <summary>A whole blob and the version it was read from.</summary>
/// <param name="Bytes">The content.</param>
/// <param name="ETag">The version, for <see cref="BlobWriteCondition.IfMatch"/>.</param>
public sealed record BlobContent(ReadOnlyMemory<byte> Bytes, string ETag);
