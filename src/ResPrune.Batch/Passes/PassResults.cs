using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Json;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Passes;

/// <summary>
/// Writes the answers and failures of a pass that has ended, in the order of its input: the new ones and those that stand. Nothing is visible before
/// both files are complete.
/// </summary>
internal sealed class PassResults(IBlobStore store, TimeProvider time, EarlierReference? earlier)
{
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Dictionary<EngineStamp, long> _engines = [];
    private RowTotals _totals = RowTotals.Zero;

    /// <summary>Writes output, errors and manifest.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="spec">How the answers were made, for their lines and the manifest.</param>
    /// <param name="cancellationToken">Cancels; a repeat begins anew.</param>
    /// <exception cref="BatchCorruptedException">The pass has not ended, or the stored state contradicts itself.</exception>
    public async Task<BatchManifest> WriteAsync(Pass pass, BatchSpec spec, CancellationToken cancellationToken)
    {
        var output = await HashedUpload.BeginAsync(store, PassBlobs.Output, cancellationToken).ConfigureAwait(false);
        await using var outputScope = output.ConfigureAwait(false);
        var errors = await HashedUpload.BeginAsync(store, PassBlobs.Errors, cancellationToken).ConfigureAwait(false);
        await using var errorsScope = errors.ConfigureAwait(false);
        await foreach (var (row, at, engine) in RowsAsync(pass, cancellationToken).ConfigureAwait(false))
        {
            _line.ResetWrittenCount();
            ResultLineWriter.Write(_line, pass.Style, spec.Model, row, at);
            await (row is AnswerRow ? output : errors).WriteAsync(_line.WrittenMemory, cancellationToken).ConfigureAwait(false);
            _totals = _totals.Add(RowTotals.Of([row]));
            if (engine is not null) _engines[engine] = _engines.GetValueOrDefault(engine) + 1;
        }

        await output.CompleteAsync(BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        await errors.CompleteAsync(BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        // Of the batch of the rows that this pass asked; there is none when it asked none.
        var batch = await new BatchFinalizer(store, time).ReadManifestAsync(pass.Id, cancellationToken).ConfigureAwait(false);
        var shards = batch?.Engines.ToDictionary(share => share.Engine, share => share.Shards) ?? [];
        var manifest = BatchManifest.Of(
            pass.Id, spec with { InputStyle = pass.Style }, batch?.Input, _totals, batch?.Shards ?? 0,
            [.. _engines.Select(engine => new EngineShare(engine.Key, shards.GetValueOrDefault(engine.Key), engine.Value))],
            new FileReference(PassBlobs.Output, _totals.Answered, output.Length, output.Sha256),
            new FileReference(PassBlobs.Errors, _totals.Failed, errors.Length, errors.Sha256));
        var content = JsonSerializer.SerializeToUtf8Bytes(manifest, BatchJsonContext.Readable.BatchManifest);
        await store.WriteAsync(PassBlobs.Manifest, content, BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        return manifest;
    }

    private async IAsyncEnumerable<(ResultRow Row, long At, EngineStamp? Engine)> RowsAsync(
        Pass pass, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var before = new EarlierReader(store, earlier?.Blob ?? "");
        await using var beforeScope = before.ConfigureAwait(false);
        var faults = new EarlierReader(store, PassBlobs.Faults(pass.Id));
        await using var faultsScope = faults.ConfigureAwait(false);
        var answers = new PassAnswers(store, time).ReadAsync(pass, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var answersScope = answers.ConfigureAwait(false);
        await foreach (var planned in PlannedRow.ReadAsync(store, pass.Id, cancellationToken).ConfigureAwait(false))
        {
            if (planned.Kind == PlannedKind.Asked)
            {
                var answer = await answers.MoveNextAsync().ConfigureAwait(false) ? answers.Current : default;
                var row = answer.Row ?? throw new BatchCorruptedException(pass.Id, PassBlobs.Rows(pass.Id), $"line {planned.Line} has no result yet.");
                yield return (row with { Line = planned.Line }, answer.At, answer.Engine);
                continue;
            }

            var (found, result) = planned.Kind == PlannedKind.Kept
                ? await before.ReadAtAsync(planned.Offset, cancellationToken).ConfigureAwait(false)
                : await faults.ReadAsync(cancellationToken).ConfigureAwait(false) ?? throw new EndOfStreamException("The faults are cut off.");
            yield return (EarlierReader.Parse(result) with { Line = planned.Line }, found.At, found.Engine < 0 ? null : earlier!.Engines[found.Engine]);
        }
    }
}
