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
    /// <summary>Most bytes of a plan's line: ten times what <see cref="ShardCutter"/> lets a shard need.</summary>
    internal const int MaxPlanLineBytes = 4 << 20;

    private readonly BatchCatalog _catalog = new(store);

    /// <summary>
    /// Plans a batch where that is not done, and moves a <see cref="BatchStatus.Validating"/> record on: to <see cref="BatchStatus.InProgress"/>, or
    /// to <see cref="BatchStatus.Failed"/> when the input has no rows. The plan is neither held while it is made nor while it is looked through.
    /// </summary>
    /// <returns>The record, with <see cref="BatchRecord.Plan"/> unless the batch failed before it had one.</returns>
    /// <exception cref="KeyNotFoundException">There is no such batch.</exception>
    /// <exception cref="BatchCorruptedException">The stored input is not the submitted one, or the stored plan not the one of the record.</exception>
    public async Task<BatchRecord> EnsurePlannedAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var read = await _catalog.ReadAsync(batch, cancellationToken).ConfigureAwait(false)
            ?? throw new KeyNotFoundException($"There is no batch {batch} in '{store.Location}'.");
        if (read.Record.Status == BatchStatus.Failed) return read.Record;
        var plan = await FindPlanAsync(batch, cancellationToken).ConfigureAwait(false)
            ?? await MakePlanAsync(read.Record, cancellationToken).ConfigureAwait(false);
        return await _catalog.UpdateAsync(batch, current => WithPlan(current, plan), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The plan of a planned batch, as a whole.</summary>
    /// <exception cref="BatchCorruptedException">There is no plan, or it is none.</exception>
    public async Task<BatchPlan> ReadPlanAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var shards = new ShardList();
        await foreach (var shard in ReadShardsAsync(batch, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                shards.Add(shard);
            }
            catch (ArgumentException exception)
            {
                throw new BatchCorruptedException(batch, BatchBlobs.Plan(batch), exception.Message);
            }
        }

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
        var lines = new RawLineReader(stream, MaxPlanLineBytes);
        for (var ordinal = 0; await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line; ordinal++)
        {
            if (line.IsOversized) throw new BatchCorruptedException(batch, name, $"line {line.Number} is longer than {MaxPlanLineBytes} bytes.");
            var shard = Parse(batch, name, line);
            if (shard.Ordinal != ordinal) throw new BatchCorruptedException(batch, name, $"line {line.Number} is about shard {shard.Ordinal}.");
            yield return shard;
        }
    }

    private async Task<PlanReference?> FindPlanAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var stream = await store.OpenReadAsync(BatchBlobs.Plan(batch), 0, null, cancellationToken).ConfigureAwait(false);
        if (stream is null) return null;
        var plan = NoShards(batch);
        await foreach (var shard in ParseAsync(batch, stream, cancellationToken).ConfigureAwait(false)) plan = With(plan, shard);
        return plan;
    }

    private async Task<PlanReference> MakePlanAsync(BatchRecord record, CancellationToken cancellationToken)
    {
        var ids = new RepeatedIds(record.Input.Length);
        await foreach (var row in ReadInputAsync(record, cancellationToken).ConfigureAwait(false))
            if (row.Request is { HasOwnId: true } request) ids.Note(request.CustomId);
        var plan = NoShards(record.Id);
        var upload = await store.BeginUploadAsync(BatchBlobs.Plan(record.Id), cancellationToken).ConfigureAwait(false);
        await using (upload.ConfigureAwait(false))
        {
            await foreach (var shard in CutAsync(record, ids, cancellationToken).ConfigureAwait(false))
            {
                var line = JsonSerializer.SerializeToUtf8Bytes(shard, BatchJsonContext.Stored.ShardSpec);
                await upload.Content.WriteAsync(line, cancellationToken).ConfigureAwait(false);
                await upload.Content.WriteAsync("\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
                plan = With(plan, shard);
            }

            var written = await upload.CompleteAsync(BlobWriteCondition.CreateOnly, cancellationToken).ConfigureAwait(false);
            if (written.IsWritten) return plan;
        }

        return await FindPlanAsync(record.Id, cancellationToken).ConfigureAwait(false) ?? throw PlanGone(record.Id);
    }

    private static PlanReference NoShards(BatchId batch) => new(BatchBlobs.Plan(batch), 0, 0);

    private static PlanReference With(PlanReference plan, ShardSpec shard) => plan with { Shards = plan.Shards + 1, Rows = plan.Rows + shard.Rows };

    private static BatchCorruptedException PlanGone(BatchId batch) =>
        new(batch, BatchBlobs.Plan(batch), "the plan existed and is gone; plans are never deleted.");

    private async IAsyncEnumerable<ShardSpec> CutAsync(
        BatchRecord record, RepeatedIds ids, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cutter = new ShardCutter(record.Spec.RowsPerShard);
        await foreach (var (line, request) in ReadInputAsync(record, cancellationToken).ConfigureAwait(false))
        {
            if (request is null) cutter.AddBlank(line);
            else if (cutter.AddRow(line, request, isDuplicate: request.HasOwnId && ids.IsRepeated(request.CustomId)) is { } full) yield return full;
        }

        if (cutter.Finish() is { } last) yield return last;
    }

    // Every line once, with null for a blank one. Read twice for a plan, never held: an input of ten million lines needs some 2 bytes a line.
    private async IAsyncEnumerable<(RawLine Line, BatchRequestLine? Request)> ReadInputAsync(
        BatchRecord record, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = await StoredInput.OpenAsync(store, record, 0, null, cancellationToken).ConfigureAwait(false);
        await using var scope = stream.ConfigureAwait(false);
        var lines = new RawLineReader(stream, record.Spec.MaxLineBytes);
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
            yield return (line, line.IsBlank ? null : RequestLineParser.Parse(line, record.Spec.InputStyle, record.Spec.MaxLineBytes));
    }

    private BatchRecord WithPlan(BatchRecord current, PlanReference plan)
    {
        if (current.Plan is { } known)
            return known == plan ? current : throw new BatchCorruptedException(
                current.Id, known.Blob, $"it has {plan.Shards} shards of {plan.Rows} rows, the record says {known.Shards} of {known.Rows}.");
        var now = time.GetUtcNow();
        if (plan.Rows == 0)
        {
            var empty = new BatchError("empty_input", "The input has no lines.");
            var ended = current with { Errors = new BatchErrorList([empty]) };
            return current.CanMoveTo(BatchStatus.Failed) ? ended.MoveTo(BatchStatus.Failed, now) : current;
        }

        var planned = current with
        {
            Plan = plan,
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
