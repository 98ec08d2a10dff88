using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Json;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Commit;

/// <summary>
/// (16) Ends a batch: checks that every shard has its one commit, then publishes output, errors, manifest and final record, in that order. Every
/// step gives the same bytes again, so a crash anywhere, or two finalizers at once, do no harm.
/// </summary>
public sealed class BatchFinalizer(IBlobStore store, TimeProvider time)
{
    private const int MaxManifestBytes = 16 << 20;

    private readonly BatchCatalog _catalog = new(store);
    private readonly ShardPlanner _planner = new(store, time);
    private readonly ShardReader _reader = new(store);
    private readonly ShardLedger _ledger = new(store, time);

    /// <summary>
    /// Ends a batch whose shards are all committed: in progress → finalizing → completed, cancelling → cancelled. A batch that has ended
    /// is returned as it is.
    /// </summary>
    /// <exception cref="InvalidOperationException">Shards are not committed yet; the message names the first.</exception>
    /// <exception cref="KeyNotFoundException">There is no such batch.</exception>
    /// <exception cref="BatchCorruptedException">The stored state contradicts itself; nothing was published.</exception>
    public async Task<BatchRecord> FinalizeAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var planned = await PlannedAsync(batch, cancellationToken).ConfigureAwait(false);
        if (planned.IsTerminal) return planned;
        await RequireCommitsAsync(planned, cancellationToken).ConfigureAwait(false);
        // Cancelling may come between the two reads; then it stays so and ends as cancelled.
        var record = await _catalog.UpdateAsync(
            batch,
            current => current.CanMoveTo(BatchStatus.Finalizing) ? current.MoveTo(BatchStatus.Finalizing, time.GetUtcNow()) : current,
            cancellationToken).ConfigureAwait(false);
        if (record.IsTerminal) return record;
        var end = record.Status == BatchStatus.Cancelling ? BatchStatus.Cancelled : BatchStatus.Completed;
        return await PublishAsync(record, end, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends a batch before its time: closes every shard that has no commit with rows <c>batch_cancelled</c> or <c>batch_expired</c> and publishes
    /// what was done. A worker that comes late loses the race for its shard. A batch that is finalizing or has ended goes on as it is.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="end"><see cref="BatchStatus.Cancelled"/> or <see cref="BatchStatus.Expired"/>.</param>
    /// <param name="cancellationToken">Stops; a repeat goes on.</param>
    /// <exception cref="KeyNotFoundException">There is no such batch.</exception>
    /// <exception cref="BatchCorruptedException">The stored state contradicts itself; nothing was published.</exception>
    public async Task<BatchRecord> CloseAsync(BatchId batch, BatchStatus end, CancellationToken cancellationToken)
    {
        if (end is not (BatchStatus.Cancelled or BatchStatus.Expired))
            throw new ArgumentOutOfRangeException(nameof(end), end, "A batch is closed as cancelled or as expired.");
        if (end == BatchStatus.Cancelled) await MarkCancellingAsync(batch, cancellationToken).ConfigureAwait(false);
        var planned = await PlannedAsync(batch, cancellationToken).ConfigureAwait(false);
        if (planned.IsTerminal) return planned;
        if (planned.Status == BatchStatus.Finalizing) return await FinalizeAsync(batch, cancellationToken).ConfigureAwait(false);
        var code = end == BatchStatus.Cancelled ? RowErrorCode.BatchCancelled : RowErrorCode.BatchExpired;
        await foreach (var shard in _planner.ReadShardsAsync(batch, cancellationToken).ConfigureAwait(false))
            await CloseShardAsync(planned, shard, code, cancellationToken).ConfigureAwait(false);
        if (end == BatchStatus.Cancelled) return await FinalizeAsync(batch, cancellationToken).ConfigureAwait(false);
        await RequireCommitsAsync(planned, cancellationToken).ConfigureAwait(false);
        return await PublishAsync(planned, end, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The manifest of a batch that has ended; null while there is none, and for ever when the batch failed as a whole.</summary>
    /// <exception cref="BatchCorruptedException">It is not a manifest.</exception>
    public async Task<BatchManifest?> ReadManifestAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var name = BatchBlobs.Manifest(batch);
        var content = await store.ReadAsync(name, MaxManifestBytes, cancellationToken).ConfigureAwait(false);
        if (content is null) return null;
        try
        {
            return JsonSerializer.Deserialize(content.Bytes.Span, BatchJsonContext.Readable.BatchManifest) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new BatchCorruptedException(batch, name, $"not a manifest: {exception.Message}");
        }
    }

    private Task<BatchRecord> MarkCancellingAsync(BatchId batch, CancellationToken cancellationToken) => _catalog.UpdateAsync(
        batch,
        current => current.CanMoveTo(BatchStatus.Cancelling) ? current.MoveTo(BatchStatus.Cancelling, time.GetUtcNow()) : current,
        cancellationToken);

    private async Task CloseShardAsync(BatchRecord record, ShardSpec shard, RowErrorCode code, CancellationToken cancellationToken)
    {
        if (await _ledger.ReadCommitAsync(record.Id, shard.Ordinal, cancellationToken).ConfigureAwait(false) is not null) return;
        var why = RowErrorCodeNames.ClosedBecause(code);
        var rows = new List<AttemptRow>(shard.Rows);
        await foreach (var line in _reader.ReadAsync(record, shard, cancellationToken).ConfigureAwait(false))
        {
            var row = line.Fault is null ? ErrorRow.For(record.Id, line, code, why) : ErrorRow.ForFault(record.Id, line);
            rows.Add(new AttemptRow(line.LineNumber, line.CustomId, null, row));
        }

        var attempt = await _ledger
            .WriteAttemptAsync(record.Id, shard, AttemptId.New(), rows, engine: null, cancellationToken).ConfigureAwait(false);
        await _ledger.TryCommitAsync(attempt, cancellationToken).ConfigureAwait(false);
    }

    // The plan itself is not held: it grows with the rows.
    private async Task<BatchRecord> PlannedAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var read = await _catalog.ReadAsync(batch, cancellationToken).ConfigureAwait(false);
        return read?.Record is { Plan: not null } record
            ? record
            : await _planner.EnsurePlannedAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    // By the names of the records; what is in them is checked while it is published.
    private async Task RequireCommitsAsync(BatchRecord planned, CancellationToken cancellationToken)
    {
        var (batch, shards, committed) = (planned.Id, planned.Plan!.Shards, 0);
        await foreach (var shard in _ledger.ListCommittedAsync(batch, cancellationToken).ConfigureAwait(false))
        {
            if (shard >= shards) throw new BatchCorruptedException(batch, BatchBlobs.Commit(batch, shard), $"the plan has only {shards} shards.");
            if (shard != committed) break;
            committed++;
        }

        if (committed != shards)
            throw new InvalidOperationException($"Batch {batch} cannot be finalised: shard {committed} of {shards} is not committed.");
    }

    private async Task<BatchRecord> PublishAsync(BatchRecord record, BatchStatus end, CancellationToken cancellationToken)
    {
        var plan = _planner.ReadShardsAsync(record.Id, cancellationToken);
        var (output, errors, sums) = await new ResultFiles(store, _ledger).WriteAsync(record, plan, cancellationToken).ConfigureAwait(false);
        var manifest = BatchManifest.Of(record.Id, record.Spec, record.Input, sums.Totals, sums.Shards, sums.Engines, output, errors);
        var content = JsonSerializer.SerializeToUtf8Bytes(manifest, BatchJsonContext.Readable.BatchManifest);
        await store.WriteAsync(BatchBlobs.Manifest(record.Id), content, BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        return await _catalog.UpdateAsync(record.Id, current => End(current, manifest, end), cancellationToken).ConfigureAwait(false);
    }

    private BatchRecord End(BatchRecord current, BatchManifest manifest, BatchStatus end)
    {
        if (!current.CanMoveTo(end)) return current;
        var totals = manifest.Totals;
        return current.MoveTo(end, time.GetUtcNow()) with
        {
            OutputFileId = totals.Answered > 0 ? manifest.Output.Blob : null,
            ErrorFileId = totals.Failed > 0 ? manifest.Errors.Blob : null,
            RequestCounts = new BatchRequestCounts(manifest.Rows, totals.Answered, totals.Failed),
            Usage = new BatchUsage(totals.PromptTokens, totals.CompletionTokens, totals.PromptTokens + totals.CompletionTokens),
        };
    }
}
