using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Json;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Sharding;

/// <summary>(2) Decides the shards of a batch once: whole lines, a fixed number of rows each, and which lines repeat an id.</summary>
public sealed class ShardPlanner(IBlobStore store, TimeProvider time)
{
    private readonly BatchCatalog _catalog = new(store);

    /// <summary>
    /// Plans a batch, or reads its plan, and moves a <see cref="BatchStatus.Validating"/> record on: to <see cref="BatchStatus.InProgress"/>, or to
    /// <see cref="BatchStatus.Failed"/> when the input has no rows.
    /// </summary>
    /// <exception cref="KeyNotFoundException">There is no such batch.</exception>
    /// <exception cref="BatchCorruptedException">The stored input is not the submitted one.</exception>
    public async Task<PlannedBatch> EnsurePlannedAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var read = await _catalog.ReadAsync(batch, cancellationToken).ConfigureAwait(false)
            ?? throw new KeyNotFoundException($"There is no batch {batch} in '{store.Location}'.");
        if (read.Record.Status == BatchStatus.Failed) return new PlannedBatch(read.Record, new BatchPlan([]));
        var plan = await ReadPlanAsync(batch, cancellationToken).ConfigureAwait(false)
            ?? await MakePlanAsync(read.Record, cancellationToken).ConfigureAwait(false);
        var record = await _catalog.UpdateAsync(batch, current => WithPlan(current, plan), cancellationToken).ConfigureAwait(false);
        return new PlannedBatch(record, plan);
    }

    /// <summary>The stored plan; null while there is none.</summary>
    /// <exception cref="BatchCorruptedException">It is not a plan.</exception>
    public async Task<BatchPlan?> ReadPlanAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var stream = await store.OpenReadAsync(BatchBlobs.Plan(batch), 0, null, cancellationToken).ConfigureAwait(false);
        if (stream is null) return null;
        var shards = new List<ShardSpec>();
        await foreach (var shard in ParseAsync(batch, stream, cancellationToken).ConfigureAwait(false)) shards.Add(shard);
        return new BatchPlan(shards);
    }

    /// <summary>The shards of a planned batch in order, one at a time: a plan of ten million rows need not be held.</summary>
    /// <exception cref="BatchCorruptedException">There is no plan, or it is none.</exception>
    internal async IAsyncEnumerable<ShardSpec> ReadShardsAsync(BatchId batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = await store.OpenReadAsync(BatchBlobs.Plan(batch), 0, null, cancellationToken).ConfigureAwait(false) ?? throw PlanGone(batch);
        await foreach (var shard in ParseAsync(batch, stream, cancellationToken).ConfigureAwait(false)) yield return shard;
    }

    private static async IAsyncEnumerable<ShardSpec> ParseAsync(
        BatchId batch, Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var scope = stream.ConfigureAwait(false);
        var name = BatchBlobs.Plan(batch);
        var lines = new RawLineReader(stream);
        for (var ordinal = 0; await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line; ordinal++)
        {
            var shard = Parse(batch, name, line);
            if (shard.Ordinal != ordinal) throw new BatchCorruptedException(batch, name, $"line {line.Number} is about shard {shard.Ordinal}.");
            yield return shard;
        }
    }

    private async Task<BatchPlan> MakePlanAsync(BatchRecord record, CancellationToken cancellationToken)
    {
        var plan = new BatchPlan(await CutAsync(record, cancellationToken).ConfigureAwait(false));
        var upload = await store.BeginUploadAsync(BatchBlobs.Plan(record.Id), cancellationToken).ConfigureAwait(false);
        await using (upload.ConfigureAwait(false))
        {
            foreach (var shard in plan.Shards)
            {
                var line = JsonSerializer.SerializeToUtf8Bytes(shard, BatchJsonContext.Stored.ShardSpec);
                await upload.Content.WriteAsync(line, cancellationToken).ConfigureAwait(false);
                await upload.Content.WriteAsync("\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            }

            var written = await upload.CompleteAsync(BlobWriteCondition.CreateOnly, cancellationToken).ConfigureAwait(false);
            if (written.IsWritten) return plan;
        }

        return await ReadPlanAsync(record.Id, cancellationToken).ConfigureAwait(false) ?? throw PlanGone(record.Id);
    }

    private static BatchCorruptedException PlanGone(BatchId batch) =>
        new(batch, BatchBlobs.Plan(batch), "the plan existed and is gone; plans are never deleted.");

    // Read twice where an id may be repeated, never held: an input of ten million lines needs some 2 bytes a line.
    private async Task<List<ShardSpec>> CutAsync(BatchRecord record, CancellationToken cancellationToken)
    {
        var ids = new RepeatedIds(record.Input.Length);
        var shards = await CutAsync(record, NoteId, cancellationToken).ConfigureAwait(false);
        return ids.HasSuspects ? await CutAsync(record, ids.IsRepeated, cancellationToken).ConfigureAwait(false) : shards;

        bool NoteId(string id)
        {
            ids.Note(id);
            return false;
        }
    }

    private async Task<List<ShardSpec>> CutAsync(BatchRecord record, Func<string, bool> isRepeated, CancellationToken cancellationToken)
    {
        var stream = await StoredInput.OpenAsync(store, record, 0, null, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var cutter = new ShardCutter(record.Spec.RowsPerShard);
            var lines = new RawLineReader(stream);
            while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                if (line.IsBlank)
                {
                    cutter.AddBlank(line);
                    continue;
                }

                var request = RequestLineParser.Parse(line, record.Spec.InputStyle);
                cutter.AddRow(line, request, isDuplicate: request.HasOwnId && isRepeated(request.CustomId));
            }

            return cutter.Finish();
        }
    }

    private BatchRecord WithPlan(BatchRecord current, BatchPlan plan)
    {
        if (current.Plan is not null) return current;
        var now = time.GetUtcNow();
        if (plan.Rows == 0)
        {
            var empty = new BatchError("empty_input", "The input has no lines.");
            var ended = current with { Errors = new BatchErrorList([empty]) };
            return current.CanMoveTo(BatchStatus.Failed) ? ended.MoveTo(BatchStatus.Failed, now) : current;
        }

        var planned = current with
        {
            Plan = new PlanReference(BatchBlobs.Plan(current.Id), plan.Shards.Count, plan.Rows),
            RequestCounts = current.RequestCounts with { Total = plan.Rows },
            // A batch whose submitter had no tracing is followed from here.
            TraceParent = current.TraceParent ?? Activity.Current?.Id,
        };
        return planned.CanMoveTo(BatchStatus.InProgress) ? planned.MoveTo(BatchStatus.InProgress, now) : planned;
    }

    private static ShardSpec Parse(BatchId batch, string name, RawLine line)
    {
        try
        {
            return JsonSerializer.Deserialize(line.Content.Span, BatchJsonContext.Stored.ShardSpec) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new BatchCorruptedException(batch, name, $"line {line.Number} is no shard: {exception.Message}");
        }
    }
}
