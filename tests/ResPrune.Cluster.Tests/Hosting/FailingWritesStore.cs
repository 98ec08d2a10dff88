using ResPrune.Batch.Storage;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>A store whose first writes to some names fail after they were carried out: the reply is lost, the outcome unknown.</summary>
internal sealed class FailingWritesStore(IBlobStore store, Func<string, bool> concerned, int failures) : IBlobStore
{
    private int _left = failures;

    public string Location => store.Location;

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        store.GetPropertiesAsync(name, cancellationToken);

    public Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken) =>
        store.OpenReadAsync(name, offset, length, cancellationToken);

    public Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken) =>
        store.ReadAsync(name, maxBytes, cancellationToken);

    public async Task<BlobWriteResult> WriteAsync(
        string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        var result = await store.WriteAsync(name, content, condition, cancellationToken);
        if (concerned(name) && Interlocked.Decrement(ref _left) >= 0)
            throw new IOException($"The reply to the write of '{name}' was lost.");
        return result;
    }

    public Task<BlobUpload> BeginUploadAsync(string name, CancellationToken cancellationToken) =>
        store.BeginUploadAsync(name, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) =>
        store.ListAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) =>
        store.ListFoldersAsync(prefix, cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => store.DeleteAsync(name, cancellationToken);
}
