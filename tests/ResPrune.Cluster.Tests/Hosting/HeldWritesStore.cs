using ResPrune.Batch.Storage;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>A store whose writes to some names wait until they are let go.</summary>
internal sealed class HeldWritesStore(IBlobStore store, Func<string, bool> concerned) : IBlobStore
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _held;

    public int Held => Volatile.Read(ref _held);

    public string Location => store.Location;

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        store.GetPropertiesAsync(name, cancellationToken);

    public Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken) =>
        store.OpenReadAsync(name, offset, length, cancellationToken);

    public void Open() => _open.TrySetResult();

    public Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken) =>
        store.ReadAsync(name, maxBytes, cancellationToken);

    public async Task<BlobWriteResult> WriteAsync(
        string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        if (concerned(name))
        {
            Interlocked.Increment(ref _held);
            await _open.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        }

        return await store.WriteAsync(name, content, condition, cancellationToken);
    }

    public Task<BlobUpload> BeginUploadAsync(string name, CancellationToken cancellationToken) =>
        store.BeginUploadAsync(name, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) =>
        store.ListAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) =>
        store.ListFoldersAsync(prefix, cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => store.DeleteAsync(name, cancellationToken);
}
