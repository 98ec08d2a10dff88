namespace ResPrune.Batch.Storage;

/// <summary>What is known of a blob without reading it.</summary>
/// <param name="Name">Canonical name.</param>
/// <param name="ETag">Opaque; different for every version of the blob.</param>
/// <param name="Length">Bytes.</param>
public sealed record BlobProperties(string Name, string ETag, long Length);
