namespace ResPrune.Batch.Storage;

/// <summary>
/// Named immutable-or-replaced byte blobs with ETags: the only durable truth of the batch protocol. Names are relative, '/'-separated and
/// checked by <see cref="BlobName"/>. A blob becomes visible whole or not at all, also when the writer is killed. Reads see the latest
/// completed write. The shape is what Azure Blob Storage and a local folder can both keep.
/// </summary>
/// <remarks>
/// Every method throws <see cref="BlobNameException"/> for an unusable name and <see cref="IOException"/> (or a derived type) when the
/// store cannot do its work, after it has tried again itself as long as that may help. After an <see cref="IOException"/> from a write the outcome is unknown: read before deciding anything.
/// </remarks>
public interface IBlobStore
{
    /// <summary>Where the store is, for messages: a folder path or a container URL.</summary>
    string Location { get; }

    /// <summary>The same store, each request tried once: for a caller that decides itself what another try is. The others leave repeating to the store.</summary>
    IBlobStore WithoutRetries => this;

    /// <summary>Reads a blob's ETag and length; null when there is no such blob.</summary>
    Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Opens bytes [<paramref name="offset"/>, <paramref name="offset"/> + <paramref name="length"/>) of one version of a blob; null when
    /// there is no such blob. The stream ends early where the blob does. The caller disposes it.
    /// </summary>
    /// <param name="name">The blob.</param>
    /// <param name="offset">First byte, from 0.</param>
    /// <param name="length">Bytes wanted; null means to the end.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken);

    /// <summary>Reads a whole small blob with the ETag of exactly that version; null when there is no such blob.</summary>
    /// <exception cref="BlobTooLargeException">It is larger than <paramref name="maxBytes"/>.</exception>
    Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken);

    /// <summary>Writes a whole blob durably if <paramref name="condition"/> holds at that moment.</summary>
    Task<BlobWriteResult> WriteAsync(
        string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken);

    /// <summary>Starts a write of unknown length. Nothing is visible until <see cref="BlobUpload.CompleteAsync"/>.</summary>
    Task<BlobUpload> BeginUploadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lists the names that start with <paramref name="prefix"/> (empty: all) in ordinal order.</summary>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the folders directly below <paramref name="prefix"/>, each once, in ordinal order: the segments that follow it in names that go on
    /// after them. What lies below a folder is not walked, however much it is.
    /// </summary>
    /// <param name="prefix">Empty, or a folder's name with '/' at its end.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes a blob; false when there was none.</summary>
    Task<bool> DeleteAsync(string name, CancellationToken cancellationToken);
}
