using ResPrune.Batch.Storage;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>A store that leaves everything to another one; what a test wants otherwise is overridden.</summary>
internal abstract class ForwardingStore(IBlobStore store) : IBlobStore
{
    public string Location => store.Location;

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        store.GetPropertiesAsync(name, cancellationToken);

    public Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken) =>
        store.OpenReadAsync(name, offset, length, cancellationToken);

    public virtual Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken) =>
        store.ReadAsync(name, maxBytes, cancellationToken);

    public virtual Task<BlobWriteResult> WriteAsync(
        string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken) =>
        store.WriteAsync(name, content, condition, cancellationToken);

    public Task<BlobUpload> BeginUploadAsync(string name, CancellationToken cancellationToken) =>
        store.BeginUploadAsync(name, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) =>
        store.ListAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) =>
        store.ListFoldersAsync(prefix, cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => store.DeleteAsync(name, cancellationToken);
}
