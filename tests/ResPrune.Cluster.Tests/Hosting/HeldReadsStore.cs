using ResPrune.Batch.Storage;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>A store whose reads of some names wait until so many of them are under way at once.</summary>
internal sealed class HeldReadsStore(IBlobStore store, Func<string, bool> concerned, int together) : IBlobStore
{
    private readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reads;

    public string Location => store.Location;

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        store.GetPropertiesAsync(name, cancellationToken);

    public Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken) =>
        store.OpenReadAsync(name, offset, length, cancellationToken);

    public async Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        if (concerned(name))
        {
            if (Interlocked.Increment(ref _reads) == together) _met.TrySetResult();
            await _met.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        }

        return await store.ReadAsync(name, maxBytes, cancellationToken);
    }

    public Task<BlobWriteResult> WriteAsync(
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
