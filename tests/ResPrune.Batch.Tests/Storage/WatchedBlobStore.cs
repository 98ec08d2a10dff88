using System.Runtime.CompilerServices;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

/// <summary>Calls hooks before and after every operation of a store; a hook that throws is a crash, or a lost reply, at that point.</summary>
internal sealed class WatchedBlobStore(IBlobStore inner, Func<Task> before, Action after) : IBlobStore
{
    public string Location => inner.Location;

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        WatchAsync(() => inner.GetPropertiesAsync(name, cancellationToken));

    public Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken) =>
        WatchAsync(() => inner.OpenReadAsync(name, offset, length, cancellationToken));

    public Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken) =>
        WatchAsync(() => inner.ReadAsync(name, maxBytes, cancellationToken));

    public Task<BlobWriteResult> WriteAsync(string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken) =>
        WatchAsync(() => inner.WriteAsync(name, content, condition, cancellationToken));

    public async Task<BlobUpload> BeginUploadAsync(string name, CancellationToken cancellationToken) =>
        new WatchedUpload(await WatchAsync(() => inner.BeginUploadAsync(name, cancellationToken)).ConfigureAwait(false), this);

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await before().ConfigureAwait(false);
        await foreach (var name in inner.ListAsync(prefix, cancellationToken).ConfigureAwait(false)) yield return name;
        after();
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await before().ConfigureAwait(false);
        await foreach (var name in inner.ListFoldersAsync(prefix, cancellationToken).ConfigureAwait(false)) yield return name;
        after();
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => WatchAsync(() => inner.DeleteAsync(name, cancellationToken));

    private async Task<T> WatchAsync<T>(Func<Task<T>> operation)
    {
        await before().ConfigureAwait(false);
        var result = await operation().ConfigureAwait(false);
        after();
        return result;
    }

    private sealed class WatchedUpload(BlobUpload upload, WatchedBlobStore store) : BlobUpload
    {
        public override Stream Content => upload.Content;

        public override Task<BlobWriteResult> CompleteAsync(BlobWriteCondition condition, CancellationToken cancellationToken) =>
            store.WatchAsync(() => upload.CompleteAsync(condition, cancellationToken));

        public override ValueTask DisposeAsync() => upload.DisposeAsync();
    }
}
