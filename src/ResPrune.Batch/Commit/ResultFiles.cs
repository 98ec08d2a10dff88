using System.Buffers;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Commit;

/// <summary>Writes a batch's answers and failures in input order, checking every row on the way; nothing is visible before both are complete.</summary>
internal sealed class ResultFiles(IBlobStore store, ShardLedger ledger)
{
    /// <summary>Writes both files.</summary>
    /// <param name="record">The batch.</param>
    /// <param name="plan">Its shards.</param>
    /// <param name="commits">The commit of each shard, in order.</param>
    /// <param name="cancellationToken">Cancels; nothing is visible then.</param>
    /// <exception cref="BatchCorruptedException">The stored rows are not exactly one for every line.</exception>
    public async Task<(FileReference Output, FileReference Errors)> WriteAsync(
        BatchRecord record, BatchPlan plan, IReadOnlyList<ShardCommit> commits, CancellationToken cancellationToken)
    {
        var (outputName, errorsName) = (BatchBlobs.Output(record.Id), BatchBlobs.Errors(record.Id));
        var output = await HashedUpload.BeginAsync(store, outputName, cancellationToken).ConfigureAwait(false);
        await using var outputScope = output.ConfigureAwait(false);
        var errors = await HashedUpload.BeginAsync(store, errorsName, cancellationToken).ConfigureAwait(false);
        await using var errorsScope = errors.ConfigureAwait(false);
        var (answered, failed) = (0L, 0L);
        var ids = new IdSet();
        var buffer = new ArrayBufferWriter<byte>();
        for (var ordinal = 0; ordinal < commits.Count; ordinal++)
        {
            var (shard, commit) = (plan.Shards[ordinal], commits[ordinal]);
            var (rows, lastLine) = (0, shard.FirstLine - 1);
            await foreach (var row in ledger.ReadRowsAsync(commit, cancellationToken).ConfigureAwait(false))
            {
                Check(commit, row, lastLine, ids);
                lastLine = row.Line;
                rows++;
                buffer.ResetWrittenCount();
                ResultLineWriter.Write(buffer, record, row, commit.WrittenAt);
                var file = row is AnswerRow ? output : errors;
                await file.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
                if (row is AnswerRow) answered++;
                else failed++;
            }

            if (rows != shard.Rows)
                throw new BatchCorruptedException(record.Id, commit.Blob, $"{rows} rows for the {shard.Rows} lines of shard {ordinal}.");
        }

        var references = (
            new FileReference(outputName, answered, output.Length, output.Sha256),
            new FileReference(errorsName, failed, errors.Length, errors.Sha256));
        await output.CompleteAsync(BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        await errors.CompleteAsync(BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        return references;
    }

    private static void Check(ShardCommit commit, ResultRow row, long lastLine, IdSet ids)
    {
        if (row.Line <= lastLine)
            throw new BatchCorruptedException(commit.Batch, commit.Blob, $"line {row.Line} comes after line {lastLine}.");
        if (row.RequestId != commit.Batch.RequestId(row.Line))
            throw new BatchCorruptedException(commit.Batch, commit.Blob, $"line {row.Line} carries request '{row.RequestId}'.");
        // A repeated id is an error row beside the row that is answered; an id made up from a line number is no id of the submitter's.
        if (row is ErrorRow error && (error.Code == RowErrorCode.DuplicateId || !error.HasOwnId)) return;
        if (!ids.Add(row.CustomId))
            throw new BatchCorruptedException(commit.Batch, commit.Blob, $"line {row.Line} has the id '{row.CustomId}' a second time.");
    }
}
