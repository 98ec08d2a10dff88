using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace ResPrune.Batch.Storage;

/// <summary>
/// A blob being written to a container. Blocks go up as they fill, invisible; completing names them in one request. What fits into one block goes
/// up in that one request. Blocks of an upload that was given up are dropped by the service after a week.
/// </summary>
internal sealed class AzureUpload(BlockBlobClient blob, AzureBlobStoreOptions options, AzureFaults faults) : BlobUpload
{
    // Never reached, so that the SDK never cuts a write into blocks by itself: it gives blocks the same ids in every upload, and of two writers at
    // once one would publish the other's bytes.
    private static readonly StorageTransferOptions OneRequest = new() { InitialTransferSize = long.MaxValue };
    private readonly AzureBlockStream _content = new(blob, options, faults);
    private bool _completed;

    /// <inheritdoc/>
    public override Stream Content => _content;

    /// <inheritdoc/>
    public override async Task<BlobWriteResult> CompleteAsync(BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        if (_completed) throw new InvalidOperationException($"The upload of '{blob.Name}' was completed before.");
        _completed = true;
        var blocks = await _content.FinishAsync(cancellationToken).ConfigureAwait(false);
        Func<AzureWrite, CancellationToken, Task<Response<BlobContentInfo>>> send = blocks is null
            ? (write, token) => PutAsync(blob, _content.Buffered, write, token)
            : (write, token) => blob.CommitBlockListAsync(
                blocks, new CommitBlockListOptions { Conditions = write.Conditions, Metadata = write.Metadata }, token);
        var write = new AzureWrite(blob, condition);
        return await faults.RunAsync(token => write.TryAsync(send, token), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _content.DisposeAsync();

    /// <summary>Sends a whole blob in one request.</summary>
    public static async Task<Response<BlobContentInfo>> PutAsync(
        BlockBlobClient blob, ReadOnlyMemory<byte> content, AzureWrite write, CancellationToken cancellationToken)
    {
        var stream = BinaryData.FromBytes(content).ToStream();
        await using (stream.ConfigureAwait(false))
        {
            var upload = new BlobUploadOptions
            {
                Conditions = write.Conditions,
                Metadata = write.Metadata,
                TransferOptions = OneRequest,
            };
            return await blob.UploadAsync(stream, upload, cancellationToken).ConfigureAwait(false);
        }
    }
}
