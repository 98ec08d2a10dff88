using System.Runtime.CompilerServices;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Sharding;

/// <summary>(2) Reads the rows of one shard by its byte range.</summary>
public sealed class ShardReader(IBlobStore store)
{
    /// <summary>
    /// The shard's rows in input order: those with a <see cref="BatchRequestLine.Fault"/> are not to be asked but stored as errors. The same rows
    /// for every attempt on every machine.
    /// </summary>
    /// <exception cref="BatchCorruptedException">The stored input is not the one that was planned.</exception>
    public async IAsyncEnumerable<BatchRequestLine> ReadAsync(
        BatchRecord record, ShardSpec shard, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(shard);
        var rows = 0;
        var stream = await StoredInput.OpenAsync(store, record, shard.Offset, shard.Length, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var lines = ManifestReader.ReadAsync(
                stream, record.Spec.InputStyle, record.Spec.MaxLineBytes, shard.FirstLine, shard.Offset, cancellationToken);
            await foreach (var line in lines.ConfigureAwait(false))
            {
                rows++;
                yield return shard.IsDuplicate(line.LineNumber) ? line with { Fault = RowFault.Repeated(line.CustomId) } : line;
            }
        }

        if (rows != shard.Rows)
            throw new BatchCorruptedException(record.Id, record.Input.Blob, $"shard {shard.Ordinal} has {rows} rows, its plan says {shard.Rows}.");
    }

    /// <summary>Returns when the stored input is the one that was submitted.</summary>
    /// <exception cref="BatchCorruptedException">It is another one, or gone.</exception>
    public Task CheckInputAsync(BatchRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        return StoredInput.CheckAsync(store, record, cancellationToken);
    }
}
