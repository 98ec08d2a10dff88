using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Batches;

/// <summary>(1) Makes batches: stores the input, then the record that pins its version.</summary>
public sealed class BatchSubmitter(IBlobStore store, TimeProvider time)
{
    private readonly BatchCatalog _catalog = new(store);

    /// <summary>
    /// Stores a batch. A batch that exists is returned as it is, whatever is given now, so a repeat after a lost reply or a crash is harmless.
    /// Two submissions of one id at the same moment are the caller's mistake; at worst the batch is found corrupted, never wrongly answered.
    /// </summary>
    /// <param name="batch">Id of the batch.</param>
    /// <param name="input">The questions.</param>
    /// <param name="spec">The settings; the input style in it is overwritten by what the input has.</param>
    /// <param name="metadata">The submitter's own labels; null for none.</param>
    /// <param name="cancellationToken">Cancels the submission; what is stored by then is taken up by a repeat.</param>
    /// <exception cref="BatchInputException">The input holds no question; nothing is stored.</exception>
    /// <exception cref="ValidationException">A setting is out of range; the message names it.</exception>
    public async Task<BatchRecord> SubmitAsync(
        BatchId batch,
        BatchInput input,
        BatchSpec spec,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(spec);
        Validator.ValidateObject(spec, new ValidationContext(spec), validateAllProperties: true);
        if (await _catalog.ReadAsync(batch, cancellationToken).ConfigureAwait(false) is { } existing) return existing.Record;
        var stored = await StoreInputAsync(batch, input, spec.MaxLineBytes, cancellationToken).ConfigureAwait(false);
        if (stored is not var (style, reference)) return await RequireAsync(batch, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var record = new BatchRecord
        {
            Id = batch,
            Model = spec.Model,
            Status = BatchStatus.Validating,
            InputFileId = reference.Blob,
            CreatedAt = now,
            WeightsDigest = spec.WeightsDigest,
            Metadata = metadata,
            TraceParent = Activity.Current?.Id,
            Spec = spec with { InputStyle = style },
            Input = reference,
        };
        var created = await _catalog.CreateAsync(record, cancellationToken).ConfigureAwait(false);
        return created?.Record ?? await RequireAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    // Null: another submission of this id has stored its input since we looked.
    private async Task<(InputStyle Style, InputReference Reference)?> StoreInputAsync(
        BatchId batch, BatchInput input, int maxLineBytes, CancellationToken cancellationToken)
    {
        var name = BatchBlobs.Input(batch);
        // An input without a record is what a crash left; nothing refers to it, so the new one takes its place.
        var leftover = await store.GetPropertiesAsync(name, cancellationToken).ConfigureAwait(false);
        var condition = leftover is null ? BlobWriteCondition.CreateOnly : BlobWriteCondition.IfMatch(leftover.ETag);
        var upload = await HashedUpload.BeginAsync(store, name, cancellationToken).ConfigureAwait(false);
        await using (upload.ConfigureAwait(false))
        {
            var style = await InputWriter.WriteAsync(input, maxLineBytes, upload, cancellationToken).ConfigureAwait(false);
            var (length, hash) = (upload.Length, upload.Sha256);
            var written = await upload.CompleteAsync(condition, cancellationToken).ConfigureAwait(false);
            return written.IsWritten ? (style, new InputReference(name, written.ETag, length, hash)) : null;
        }
    }

    private async Task<BatchRecord> RequireAsync(BatchId batch, CancellationToken cancellationToken) =>
        (await _catalog.ReadAsync(batch, cancellationToken).ConfigureAwait(false))?.Record
            ?? throw new IOException($"Batch {batch} is being submitted by someone else at this moment; try again.");
}
