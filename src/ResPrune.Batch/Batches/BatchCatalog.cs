using System.Runtime.CompilerServices;
using System.Text.Json;
using ResPrune.Batch.Json;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Batches;

/// <summary>The batch records of a store: created once, changed by compare-and-swap.</summary>
public sealed class BatchCatalog(IBlobStore store)
{
    private const int MaxRecordBytes = 4 << 20;

    /// <summary>Creates a record; null when the batch has one already.</summary>
    public async Task<VersionedBatchRecord?> CreateAsync(BatchRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        return await WriteAsync(record, BlobWriteCondition.CreateOnly, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a record; null when there is no such batch.</summary>
    /// <exception cref="BatchCorruptedException">It is not a batch record, or another batch's.</exception>
    public async Task<VersionedBatchRecord?> ReadAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var name = BatchBlobs.Record(batch);
        var content = await store.ReadAsync(name, MaxRecordBytes, cancellationToken).ConfigureAwait(false);
        if (content is null) return null;
        try
        {
            var record = JsonSerializer.Deserialize(content.Bytes.Span, BatchJsonContext.Readable.BatchRecord) ?? throw new JsonException("It is null.");
            if (record.Id != batch) throw new BatchCorruptedException(batch, name, $"the record is about batch {record.Id}.");
            return new VersionedBatchRecord(record, content.ETag);
        }
        catch (JsonException exception)
        {
            throw new BatchCorruptedException(batch, name, $"not a batch record: {exception.Message}");
        }
    }

    /// <summary>Replaces the version that was read; null when it is no longer the current one.</summary>
    public async Task<VersionedBatchRecord?> TryReplaceAsync(VersionedBatchRecord read, BatchRecord changed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(changed);
        return await WriteAsync(changed, BlobWriteCondition.IfMatch(read.ETag), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes a record, reading it again as often as another writer comes first.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="change">Makes the new record from the current one; returning the same object writes nothing. May run more than once.</param>
    /// <param name="cancellationToken">Stops trying.</param>
    /// <exception cref="KeyNotFoundException">There is no such batch.</exception>
    public async Task<BatchRecord> UpdateAsync(BatchId batch, Func<BatchRecord, BatchRecord> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        while (true)
        {
            var read = await ReadAsync(batch, cancellationToken).ConfigureAwait(false)
                ?? throw new KeyNotFoundException($"There is no batch {batch} in '{store.Location}'.");
            var changed = change(read.Record);
            if (ReferenceEquals(changed, read.Record)) return changed;
            if (await TryReplaceAsync(read, changed, cancellationToken).ConfigureAwait(false) is not null) return changed;
        }
    }

    /// <summary>The ids under which there is something, in their order, which is that of submission; not each need have a record.</summary>
    public async IAsyncEnumerable<BatchId> ListIdsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var folder in store.ListFoldersAsync(BatchBlobs.Root, cancellationToken).ConfigureAwait(false))
        {
            if (BatchId.TryParse(folder, out var batch)) yield return batch;
        }
    }

    /// <summary>All records, in the order of their ids, which is that of submission.</summary>
    public async IAsyncEnumerable<BatchRecord> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in ListIdsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await ReadAsync(batch, cancellationToken).ConfigureAwait(false) is { } read) yield return read.Record;
        }
    }

    private async Task<VersionedBatchRecord?> WriteAsync(BatchRecord record, BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(record, BatchJsonContext.Readable.BatchRecord);
        var written = await store.WriteAsync(BatchBlobs.Record(record.Id), content, condition, cancellationToken).ConfigureAwait(false);
        return written.IsWritten ? new VersionedBatchRecord(record, written.ETag) : null;
    }
}
