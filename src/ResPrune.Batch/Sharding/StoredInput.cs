using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Sharding;

/// <summary>Opens a batch's stored input, and only the version that was submitted.</summary>
internal static class StoredInput
{
    public static async Task<Stream> OpenAsync(
        IBlobStore store, BatchRecord record, long offset, long? length, CancellationToken cancellationToken)
    {
        var input = record.Input;
        var stream = await store.OpenReadAsync(input.Blob, offset, length, cancellationToken).ConfigureAwait(false)
            ?? throw new BatchCorruptedException(record.Id, input.Blob, "the stored input is gone.");
        var properties = await store.GetPropertiesAsync(input.Blob, cancellationToken).ConfigureAwait(false);
        if (properties is not null && properties.ETag == input.ETag && properties.Length == input.Length) return stream;
        await stream.DisposeAsync().ConfigureAwait(false);
        throw new BatchCorruptedException(
            record.Id, input.Blob, "the stored input is not the one that was submitted (its version changed); submit the batch again under a new id.");
    }
}
