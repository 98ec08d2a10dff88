using System.Collections;
using System.Text.Json;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Json;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Passes;

/// <summary>
/// Puts what a pass has brought, ended or not, and what was there before into one file of results, each id once: the new result where there is one,
/// else the earlier. Results of rows that are not in the input stay, set aside.
/// </summary>
internal sealed class PassGathering(IBlobStore store, TimeProvider time, EarlierReference? earlier)
{
    private readonly List<EngineStamp> _engines = [.. earlier?.Engines ?? []];
    private readonly BitArray _taken = new(earlier?.Rows ?? 0);
    private readonly byte[] _head = new byte[EarlierRow.Bytes];
    private int _rows;

    /// <summary>Writes the file; null when there is no result at all.</summary>
    public async Task<EarlierReference?> GatherAsync(Pass pass, CancellationToken cancellationToken)
    {
        var generation = (earlier?.Generation ?? 0) + 1;
        var blob = PassBlobs.Earlier(generation);
        var upload = await store.BeginUploadAsync(blob, cancellationToken).ConfigureAwait(false);
        await using var scope = upload.ConfigureAwait(false);
        await WritePassAsync(pass, upload.Content, cancellationToken).ConfigureAwait(false);
        await WriteRestAsync(upload.Content, cancellationToken).ConfigureAwait(false);
        if (_rows == 0) return null;
        await upload.CompleteAsync(BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        return new EarlierReference(generation, blob, _rows, _engines);
    }

    private async Task WritePassAsync(Pass pass, Stream target, CancellationToken cancellationToken)
    {
        var before = new EarlierReader(store, earlier?.Blob ?? "");
        await using var beforeScope = before.ConfigureAwait(false);
        var answers = new PassAnswers(store, time).ReadAsync(pass, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var answersScope = answers.ConfigureAwait(false);
        await foreach (var planned in PlannedRow.ReadAsync(store, pass.Id, cancellationToken).ConfigureAwait(false))
        {
            if (planned.Kind == PlannedKind.Fault) continue;
            var answer = planned.Kind == PlannedKind.Asked && await answers.MoveNextAsync().ConfigureAwait(false) ? answers.Current : default;
            if (answer.Row is not null) await WriteNewAsync(planned, answer, target, cancellationToken).ConfigureAwait(false);
            else if (planned.Earlier < 0) continue;
            else
            {
                var (row, result) = await before.ReadAtAsync(planned.Offset, cancellationToken).ConfigureAwait(false);
                // What stands has just been compared with the image as it is now; what is still to be asked has not.
                var seen = planned.Kind == PlannedKind.Kept ? planned.Fingerprint : row.Fingerprint;
                await WriteAsync(row with { Fingerprint = seen, IsAside = false }, result, target, cancellationToken).ConfigureAwait(false);
            }

            if (planned.Earlier >= 0) _taken[(int)planned.Earlier] = true;
        }
    }

    private async ValueTask WriteNewAsync(PlannedRow planned, PassAnswer answer, Stream target, CancellationToken cancellationToken)
    {
        var engine = answer.Engine is null ? -1 : _engines.IndexOf(answer.Engine);
        if (answer.Engine is not null && engine < 0)
        {
            engine = _engines.Count;
            _engines.Add(answer.Engine);
        }

        var result = JsonSerializer.SerializeToUtf8Bytes(answer.Row!, BatchJsonContext.Stored.ResultRow);
        var row = new EarlierRow(planned.Fingerprint, answer.Row is ErrorRow, IsAside: false, engine, answer.At, result.Length);
        await WriteAsync(row, result, target, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteRestAsync(Stream target, CancellationToken cancellationToken)
    {
        if (earlier is null) return;
        var before = new EarlierReader(store, earlier.Blob);
        await using var scope = before.ConfigureAwait(false);
        for (var ordinal = 0; await before.ReadAsync(cancellationToken).ConfigureAwait(false) is var (row, result); ordinal++)
            if (!_taken[ordinal]) await WriteAsync(row with { IsAside = true }, result, target, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(EarlierRow row, ReadOnlyMemory<byte> result, Stream target, CancellationToken cancellationToken)
    {
        row.WriteTo(_head);
        await target.WriteAsync(_head, cancellationToken).ConfigureAwait(false);
        await target.WriteAsync(result, cancellationToken).ConfigureAwait(false);
        _rows++;
    }
}
