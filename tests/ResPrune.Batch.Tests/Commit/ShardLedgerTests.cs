using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Commit;

public sealed class ShardLedgerTests
{
    private const string Input =
        """
        {"id":"1","image":"a.png","question":"q"}
        {"id":"2","image":"b.png","question":"qq"}
        {"id":"3","image":"none.png","question":"q"}
        """;

    private static readonly CancellationToken None = CancellationToken.None;
    private readonly InMemoryBlobStore _store = new();

    [Fact]
    public async Task Rows_come_back_as_written_in_input_order()
    {
        var (flow, record, shard, source) = await StartAsync();
        var rows = await flow.AnswerAsync(record, shard, source);
        var attempt = await flow.Ledger.WriteAttemptAsync(BatchFlow.Id, shard, AttemptId.New(), [.. Enumerable.Reverse(rows)], BatchFlow.Engine, None);
        var read = new List<ResultRow>();
        await foreach (var row in flow.Ledger.ReadRowsAsync(attempt, None)) read.Add(row);
        Assert.Equal(rows.Select(row => row.Result), read);
        Assert.Equal((2L, 1L, 1L), (attempt.Totals.Answered, attempt.Totals.Failed, attempt.Totals.Errors[RowErrorCode.ImageNotFound]));
        Assert.Equal(new VisualTokenCount(32, 8), attempt.Totals.VisualTokens);
        Assert.Equal((20L, 4L, 6e6, 2.25), (attempt.Totals.PromptTokens, attempt.Totals.CompletionTokens, attempt.Totals.Work.PrefillFlopsUnpruned, attempt.Totals.Work.DeviceSeconds));
    }

    [Fact]
    public async Task An_attempt_is_not_published_before_its_commit()
    {
        var (flow, record, shard, source) = await StartAsync();
        await flow.AttemptAsync(record, shard, source);
        Assert.Null(await flow.Ledger.ReadCommitAsync(BatchFlow.Id, 0, None));
        Assert.Empty((await flow.Ledger.ReadProgressAsync(BatchFlow.Id, None)).CommittedShards);
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => flow.Finalizer.FinalizeAsync(BatchFlow.Id, None));
        Assert.Contains("shard 0 of 1", exception.Message, StringComparison.Ordinal);
        Assert.Equal(BatchStatus.InProgress, (await flow.Catalog.ReadAsync(BatchFlow.Id, None))!.Record.Status);
    }

    [Fact]
    public async Task A_commit_repeated_after_a_lost_reply_is_a_success_and_a_later_one_loses()
    {
        var (flow, record, shard, source) = await StartAsync();
        var first = await flow.AttemptAsync(record, shard, source);
        var second = await flow.AttemptAsync(record, shard, source);
        Assert.Equal(CommitOutcome.Committed, (await flow.Ledger.TryCommitAsync(first, None)).Outcome);
        Assert.Equal(CommitOutcome.AlreadyCommittedBySameAttempt, (await flow.Ledger.TryCommitAsync(first, None)).Outcome);
        var lost = await flow.Ledger.TryCommitAsync(second, None);
        Assert.Equal((CommitOutcome.LostRace, first.Attempt), (lost.Outcome, lost.Standing.Attempt));
        var progress = await flow.Ledger.ReadProgressAsync(BatchFlow.Id, None);
        Assert.Equal((2L, 1L), (progress.Totals.Answered, progress.Totals.Failed));
    }

    [Fact]
    public async Task The_writer_refuses_rows_that_were_mixed_up()
    {
        var (flow, record, shard, source) = await StartAsync();
        var rows = await flow.AnswerAsync(record, shard, source);
        var first = (AnswerRow)rows[0].Result;
        var second = (AnswerRow)rows[1].Result;
        await RefuseAsync("request id", rows[0] with { Result = first with { RequestId = second.RequestId } }, rows[1], rows[2]);
        await RefuseAsync("image digest", rows[0] with { Result = first with { ImageDigest = second.ImageDigest } }, rows[1], rows[2]);
        await RefuseAsync("image digest", rows[0] with { ImageDigest = null }, rows[1], rows[2]);
        await RefuseAsync("image digest", rows[0] with { Result = first with { ImageDigest = null } }, rows[1], rows[2]);
        await RefuseAsync("id", rows[0] with { Result = first with { CustomId = "2" } }, rows[1], rows[2]);
        await RefuseAsync("line", rows[0] with { Result = second }, rows[1] with { Result = first }, rows[2]);
        await RefuseAsync("two rows for line 1", rows[0], rows[0], rows[2]);
        await RefuseAsync("2 rows for 3 lines", rows[0], rows[1]);
        Assert.Empty(await _store.NamesAsync(BatchBlobs.Folder(BatchFlow.Id) + "attempts/"));

        async Task RefuseAsync(string why, params AttemptRow[] mixed)
        {
            var exception = await Assert.ThrowsAsync<RowPairingException>(
                () => flow.Ledger.WriteAttemptAsync(BatchFlow.Id, shard, AttemptId.New(), mixed, BatchFlow.Engine, None));
            Assert.Contains(why, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Rows_changed_after_the_commit_are_found_and_nothing_is_published()
    {
        var (flow, record, shard, source) = await StartAsync();
        var commit = (await flow.WorkAsync(record, shard, source)).Standing;
        var rows = (await _store.GetAsync(commit.Blob))!;
        await _store.PutAsync(commit.Blob, rows.Replace("\"stop\"", "\"step\"", StringComparison.Ordinal));
        await RefuseAsync("SHA-256");
        await _store.DeleteAsync(commit.Blob, None);
        await RefuseAsync("gone");

        async Task RefuseAsync(string why)
        {
            var exception = await Assert.ThrowsAsync<BatchCorruptedException>(() => flow.Finalizer.FinalizeAsync(BatchFlow.Id, None));
            Assert.Contains(why, exception.Message, StringComparison.Ordinal);
            Assert.Equal(commit.Blob, exception.Blob);
            Assert.Null(await _store.GetAsync(BatchBlobs.Output(BatchFlow.Id)));
            Assert.Null(await _store.GetAsync(BatchBlobs.Manifest(BatchFlow.Id)));
        }
    }

    [Fact]
    public async Task A_commit_record_that_is_none_or_of_another_shard_is_found()
    {
        var (flow, record, shard, source) = await StartAsync();
        await flow.WorkAsync(record, shard, source);
        var name = BatchBlobs.Commit(BatchFlow.Id, 0);
        var text = (await _store.GetAsync(name))!;
        foreach (var bad in new[] { "{", "null", "{}", text.Replace("\"shard\": 0", "\"shard\": 7", StringComparison.Ordinal) })
        {
            await _store.PutAsync(name, bad);
            var exception = await Assert.ThrowsAsync<BatchCorruptedException>(() => flow.Ledger.ReadProgressAsync(BatchFlow.Id, None));
            Assert.Equal(name, exception.Blob);
        }
    }

    private async Task<(BatchFlow Flow, BatchRecord Record, ShardSpec Shard, InMemoryBlobStore Source)> StartAsync()
    {
        var source = await BatchFlow.SourceAsync(Input);
        var flow = new BatchFlow(_store);
        await flow.SubmitAsync(source, 10);
        var planned = await flow.PlanAsync();
        return (flow, planned.Record, Assert.Single(planned.Plan.Shards), source);
    }
}
