using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Sharding;

/// <summary>Opens a batch's stored input, and only the version that was submitted.</summary>
internal static class StoredInput
{
    public static async Task<Stream> OpenAsync(
        IBlobStore store, BatchRecord record, long offset, long? length, CancellationToken cancellationToken)
    {
        var stream = await store.OpenReadAsync(record.Input.Blob, offset, length, cancellationToken).ConfigureAwait(false) ?? throw Gone(record);
        try
        {
            await CheckAsync(store, record, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Returns when it is the version that was submitted.</summary>
    /// <exception cref="BatchCorruptedException">It is another one, or gone.</exception>
    public static async Task CheckAsync(IBlobStore store, BatchRecord record, CancellationToken cancellationToken)
    {
        var input = record.Input;
        var properties = await store.GetPropertiesAsync(input.Blob, cancellationToken).ConfigureAwait(false) ?? throw Gone(record);
        if (properties.ETag != input.ETag || properties.Length != input.Length) throw new BatchCorruptedException(
            record.Id, input.Blob, "the stored input is not the one that was submitted (its version changed); submit the batch again under a new id.");
    }

    private static BatchCorruptedException Gone(BatchRecord record) => new(record.Id, record.Input.Blob, "the stored input is gone.");
}
