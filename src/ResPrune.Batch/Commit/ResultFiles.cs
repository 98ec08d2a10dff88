using System.Buffers;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Commit;

/// <summary>
/// Writes a batch's answers and failures in input order, checking every row on the way; nothing is visible before both are complete. Holds a few
/// shards at a time, however many there are.
/// </summary>
internal sealed class ResultFiles(IBlobStore store, ShardLedger ledger)
{
    // Shards in memory at the same time: some thousands of rows, and at least the one that is being written.
    private const int MaxWindow = 16;
    private const int RowsInWindow = 4096;

    /// <summary>Writes both files.</summary>
    /// <param name="record">The batch.</param>
    /// <param name="plan">Its shards in order, each of which is committed.</param>
    /// <param name="cancellationToken">Cancels; nothing is visible then.</param>
    /// <exception cref="BatchCorruptedException">The stored rows are not exactly one for every line, under the ids that were planned.</exception>
    public async Task<(FileReference Output, FileReference Errors, CommittedSums Sums)> WriteAsync(
        BatchRecord record, IAsyncEnumerable<ShardSpec> plan, CancellationToken cancellationToken)
    {
        var (outputName, errorsName) = (BatchBlobs.Output(record.Id), BatchBlobs.Errors(record.Id));
        var output = await HashedUpload.BeginAsync(store, outputName, cancellationToken).ConfigureAwait(false);
        await using var outputScope = output.ConfigureAwait(false);
        var errors = await HashedUpload.BeginAsync(store, errorsName, cancellationToken).ConfigureAwait(false);
        await using var errorsScope = errors.ConfigureAwait(false);
        var sums = new CommittedSums();
        var window = Math.Clamp(RowsInWindow / record.Spec.RowsPerShard, 1, MaxWindow);
        var committed = ledger.ReadShardsAsync(record.Id, plan, window, cancellationToken);
        await foreach (var (planned, shard) in committed.ConfigureAwait(false))
        {
            await WriteShardAsync(record, planned, shard, output, errors, cancellationToken).ConfigureAwait(false);
            sums.Add(shard.Commit);
        }

        if (sums.Shards != record.Plan!.Shards)
            throw new BatchCorruptedException(record.Id, record.Plan.Blob, $"it has {sums.Shards} shards, not {record.Plan.Shards}.");
        var references = (
            new FileReference(outputName, sums.Totals.Answered, output.Length, output.Sha256),
            new FileReference(errorsName, sums.Totals.Failed, errors.Length, errors.Sha256),
            sums);
        await output.CompleteAsync(BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        await errors.CompleteAsync(BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        return references;
    }

    private static async Task WriteShardAsync(
        BatchRecord record, ShardSpec planned, CommittedShard shard, HashedUpload output, HashedUpload errors, CancellationToken cancellationToken)
    {
        var commit = shard.Commit;
        var buffer = new ArrayBufferWriter<byte>();
        var (answered, failed, lastLine, idSum) = (0L, 0L, planned.FirstLine - 1, UInt128.Zero);
        foreach (var row in ShardLedger.ParseRows(shard))
        {
            Check(commit, row, lastLine);
            lastLine = row.Line;
            if (CarriesId(row)) idSum += IdHash.Of(row.CustomId);
            buffer.ResetWrittenCount();
            ResultLineWriter.Write(buffer, record.Spec.InputStyle, record.Model, row, commit.WrittenAt);
            var file = row is AnswerRow ? output : errors;
            await file.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
            if (row is AnswerRow) answered++;
            else failed++;
        }

        if (answered + failed != planned.Rows)
            throw new BatchCorruptedException(record.Id, commit.Blob, $"{answered + failed} rows for the {planned.Rows} lines of shard {planned.Ordinal}.");
        if ((answered, failed) != (commit.Totals.Answered, commit.Totals.Failed))
        {
            throw new BatchCorruptedException(
                record.Id, commit.Blob, $"{answered} answers and {failed} failures; the commit record says {commit.Totals.Answered} and {commit.Totals.Failed}.");
        }

        if (idSum != planned.IdSum)
            throw new BatchCorruptedException(record.Id, commit.Blob, $"the ids of the rows are not those of the lines of shard {planned.Ordinal}.");
    }

    private static void Check(ShardCommit commit, ResultRow row, long lastLine)
    {
        if (row.Line <= lastLine)
            throw new BatchCorruptedException(commit.Batch, commit.Blob, $"line {row.Line} comes after line {lastLine}.");
        if (row.RequestId != commit.Batch.RequestId(row.Line))
            throw new BatchCorruptedException(commit.Batch, commit.Blob, $"line {row.Line} carries request '{row.RequestId}'.");
    }

    // A repeated id is an error row beside the row that is answered; an id made up from a line number is no id of the submitter's.
    private static bool CarriesId(ResultRow row) => row is not ErrorRow error || (error.HasOwnId && error.Code != RowErrorCode.DuplicateId);
}
