using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Json;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Passes;

/// <summary>
/// Decides row by row what a pass does, in one reading of the input that also stores the lines to be asked as the pass's batch: what is noted of a row
/// is what it was before its image was read, so that an image that is replaced meanwhile is noticed by the next pass.
/// </summary>
internal sealed class PassPlanner(IBlobStore store, TimeProvider time, PassRequest request, EarlierReference? earlier)
{
    private PassCounts _counts = new();

    /// <summary>Plans a pass. Nothing refers to it until the state does.</summary>
    public async Task<Pass> PlanAsync(CancellationToken cancellationToken)
    {
        var pass = BatchId.New(time);
        var index = await EarlierIndex.LoadAsync(store, earlier, cancellationToken).ConfigureAwait(false);
        var rows = await store.BeginUploadAsync(PassBlobs.Rows(pass), cancellationToken).ConfigureAwait(false);
        await using var rowsScope = rows.ConfigureAwait(false);
        var faults = await store.BeginUploadAsync(PassBlobs.Faults(pass), cancellationToken).ConfigureAwait(false);
        await using var faultsScope = faults.ConfigureAwait(false);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            var lines = new SelectedLines(request.Input.Input.Style, SelectAsync(pass, index, rows.Content, faults.Content, digest, cancellationToken));
            await new BatchSubmitter(store, time).SubmitAsync(pass, lines, request.Spec, request.Facts, cancellationToken).ConfigureAwait(false);
        }
        catch (BatchInputException) when (_counts is { Asked: 0, Rows: > 0 })
        {
            // Every row was looked at and none is to be asked: the pass has no batch.
        }

        await rows.CompleteAsync(BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        await faults.CompleteAsync(BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        return new Pass
        {
            Id = pass,
            Digest = Convert.ToHexStringLower(digest.GetHashAndReset()),
            Retry = request.Retry,
            Style = request.Input.Input.Style,
            Counts = _counts with { Removed = index.Missing },
        };
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> SelectAsync(
        BatchId pass, EarlierIndex index, Stream rows, Stream faults, IncrementalHash digest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var images = new ImageComparison(store, request.Images, earlier);
        await using var scope = images.ConfigureAwait(false);
        var bytes = new byte[RowFingerprint.Bytes];
        await foreach (var row in request.Input.Input.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            row.Fingerprint.WriteTo(bytes);
            digest.AppendData(bytes);
            // A line that cannot be asked has been in the input all the same, and so has its id.
            var known = row.Line.HasOwnId ? index.Find(row.Fingerprint.Id) : null;
            var fault = FaultOf(row.Line);
            var kind = fault is not null ? PlannedKind.Fault : await DecideAsync(row, known, images, cancellationToken).ConfigureAwait(false);
            var planned = new PlannedRow(kind, row.Line.LineNumber, row.Fingerprint, known?.Ordinal ?? -1, known?.Offset ?? -1);
            await planned.WriteToAsync(rows, cancellationToken).ConfigureAwait(false);
            if (fault is not null) await WriteFaultAsync(pass, row.Line with { Fault = fault }, faults, cancellationToken).ConfigureAwait(false);
            else if (kind == PlannedKind.Asked) yield return row.Bytes;
        }
    }

    private RowFault? FaultOf(BatchRequestLine line)
    {
        var isRepeated = line.HasOwnId && request.Input.Ids.IsRepeated(line.CustomId);
        return isRepeated ? RowFault.Repeated(line.CustomId) : line.Fault;
    }

    private async ValueTask<PlannedKind> DecideAsync(
        InputRow row, EarlierIndex.Entry? known, ImageComparison images, CancellationToken cancellationToken)
    {
        if (known is not { Row: var seen, Offset: var offset })
        {
            _counts = _counts with { New = _counts.New + 1 };
            return PlannedKind.Asked;
        }

        var isSame = seen.Content == row.Fingerprint.Content
            && (seen.Image == row.Fingerprint.Image || (!seen.IsFailed && await images.HasSameBytesAsync(row.Line.Image, offset, cancellationToken).ConfigureAwait(false)));
        _counts = (isSame, seen.IsFailed, request.Retry) switch
        {
            (false, _, _) => _counts with { Changed = _counts.Changed + 1 },
            (_, true, not RetryPolicy.None) => _counts with { Failed = _counts.Failed + 1 },
            (_, _, RetryPolicy.All) => _counts with { Again = _counts.Again + 1 },
            (_, true, _) => _counts with { KeptFailed = _counts.KeptFailed + 1 },
            _ => _counts with { Kept = _counts.Kept + 1 },
        };
        var isAsked = !isSame || request.Retry == RetryPolicy.All || (seen.IsFailed && request.Retry == RetryPolicy.Failed);
        return isAsked ? PlannedKind.Asked : PlannedKind.Kept;
    }

    private async ValueTask WriteFaultAsync(BatchId pass, BatchRequestLine line, Stream faults, CancellationToken cancellationToken)
    {
        _counts = _counts with { Faults = _counts.Faults + 1 };
        var row = JsonSerializer.SerializeToUtf8Bytes<ResultRow>(ErrorRow.ForFault(pass, line), BatchJsonContext.Stored.ResultRow);
        var at = time.GetUtcNow().ToUnixTimeSeconds();
        var head = new byte[EarlierRow.Bytes];
        new EarlierRow(default, IsFailed: true, IsAside: false, Engine: -1, at, row.Length).WriteTo(head);
        await faults.WriteAsync(head, cancellationToken).ConfigureAwait(false);
        await faults.WriteAsync(row, cancellationToken).ConfigureAwait(false);
    }
}
