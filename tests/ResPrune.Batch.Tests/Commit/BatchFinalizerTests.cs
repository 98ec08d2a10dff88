using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Commit;

public sealed class BatchFinalizerTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly InMemoryBlobStore _store = new();

    [Fact]
    public async Task A_finished_batch_says_what_was_done_and_saved()
    {
        var source = await BatchFlow.SourceAsync(Lines("1:a", "2:b", "3:none", "4:c"));
        var record = await new BatchFlow(_store).RunAsync(source, 2);
        Assert.Equal(BatchBlobs.Output(BatchFlow.Id), record.OutputFileId);
        Assert.Equal(BatchBlobs.Errors(BatchFlow.Id), record.ErrorFileId);
        Assert.Equal(new BatchUsage(30, 6, 36), record.Usage);
        var manifest = JsonDocument.Parse((await Published.ReadAsync(_store)).Manifest).RootElement;
        Assert.Equal(4, manifest.GetProperty("rows").GetInt64());
        Assert.Equal(2, manifest.GetProperty("shards").GetInt32());
        var totals = manifest.GetProperty("totals");
        Assert.Equal((3, 1), (totals.GetProperty("answered").GetInt32(), totals.GetProperty("failed").GetInt32()));
        Assert.Equal(1, totals.GetProperty("errors").GetProperty("image_not_found").GetInt32());
        Assert.Equal((48, 12), (totals.GetProperty("visual_tokens").GetProperty("total").GetInt32(), totals.GetProperty("visual_tokens").GetProperty("kept").GetInt32()));
        Assert.Equal(6e6, manifest.GetProperty("prefill_flops_saved").GetDouble());
        Assert.Equal(900, manifest.GetProperty("kv_bytes_saved").GetInt64());
        Assert.Equal(3.375, manifest.GetProperty("device_seconds").GetDouble());
        var engine = Assert.Single(manifest.GetProperty("engines").EnumerateArray());
        Assert.Equal(("00ff", 2, 4), (engine.GetProperty("engine").GetProperty("weights_digest").GetString(), engine.GetProperty("shards").GetInt32(), engine.GetProperty("rows").GetInt32()));
        Assert.Equal(3, manifest.GetProperty("output").GetProperty("lines").GetInt32());
    }

    [Fact]
    public async Task The_manifest_is_absent_until_the_end_and_read_back_then()
    {
        var source = await BatchFlow.SourceAsync(Lines("1:a", "2:none"));
        var flow = new BatchFlow(_store);
        await flow.SubmitAsync(source, 2);
        Assert.Null(await flow.Finalizer.ReadManifestAsync(BatchFlow.Id, None));
        await flow.RunAsync(source, 2);
        var manifest = (await flow.Finalizer.ReadManifestAsync(BatchFlow.Id, None))!;
        Assert.Equal((2L, 1L, 1L), (manifest.Rows, manifest.Totals.Answered, manifest.Totals.Errors[ResPrune.Batch.Rows.RowErrorCode.ImageNotFound]));
        Assert.Equal(new EngineShare(BatchFlow.Engine, 1, 2), Assert.Single(manifest.Engines));
        await _store.PutAsync(BatchBlobs.Manifest(BatchFlow.Id), "{");
        await Assert.ThrowsAsync<BatchCorruptedException>(() => flow.Finalizer.ReadManifestAsync(BatchFlow.Id, None));
    }

    [Fact]
    public async Task A_batch_of_failures_only_is_completed_without_an_output_file()
    {
        var record = await new BatchFlow(_store).RunAsync(await BatchFlow.SourceAsync(Lines("1:none", "2:none")), 2);
        Assert.Equal((BatchStatus.Completed, null, new BatchRequestCounts(2, 0, 2)), (record.Status, record.OutputFileId, record.RequestCounts));
        Assert.Equal("", (await Published.ReadAsync(_store)).Output);
    }

    [Fact]
    public async Task A_batch_without_failures_has_no_error_file()
    {
        var record = await new BatchFlow(_store).RunAsync(await BatchFlow.SourceAsync(Lines("1:a")), 2);
        Assert.Equal((BatchStatus.Completed, null), (record.Status, record.ErrorFileId));
    }

    [Fact]
    public async Task Finalising_again_changes_nothing()
    {
        var flow = new BatchFlow(_store);
        var first = await flow.RunAsync(await BatchFlow.SourceAsync(Lines("1:a", "2:b")), 1);
        var etag = (await _store.GetPropertiesAsync(BatchBlobs.Record(BatchFlow.Id), None))!.ETag;
        var again = await flow.Finalizer.FinalizeAsync(BatchFlow.Id, None);
        Assert.Equal((first.Status, first.CompletedAt), (again.Status, again.CompletedAt));
        Assert.Equal(BatchStatus.Completed, (await flow.Finalizer.CloseAsync(BatchFlow.Id, BatchStatus.Cancelled, None)).Status);
        Assert.Equal(etag, (await _store.GetPropertiesAsync(BatchBlobs.Record(BatchFlow.Id), None))!.ETag);
    }

    [Fact]
    public async Task Expiry_keeps_what_was_done_and_a_late_worker_loses()
    {
        var source = await BatchFlow.SourceAsync(Lines("1:a", "2:b", "3:c"));
        var flow = new BatchFlow(_store);
        await flow.SubmitAsync(source, 1);
        var planned = await flow.PlanAsync();
        await flow.WorkAsync(planned.Record, planned.Plan.Shards[1], source);
        var late = await flow.AttemptAsync(planned.Record, planned.Plan.Shards[2], source);
        var record = await flow.Finalizer.CloseAsync(BatchFlow.Id, BatchStatus.Expired, None);
        Assert.Equal((BatchStatus.Expired, new BatchRequestCounts(3, 1, 2)), (record.Status, record.RequestCounts));
        Assert.Equal(CommitOutcome.LostRace, (await flow.Ledger.TryCommitAsync(late, None)).Outcome);
        var published = await Published.ReadAsync(_store);
        Assert.Equal(["2"], published.AnsweredIds);
        Assert.Equal(["batch_expired", "batch_expired"], published.FailedCodes);
    }

    [Fact]
    public async Task A_batch_cancelled_before_it_was_planned_ends_cancelled()
    {
        var flow = new BatchFlow(_store);
        await flow.SubmitAsync(await BatchFlow.SourceAsync(Lines("1:a", "2:b")), 1);
        var record = await flow.Finalizer.CloseAsync(BatchFlow.Id, BatchStatus.Cancelled, None);
        Assert.Equal((BatchStatus.Cancelled, new BatchRequestCounts(2, 0, 2)), (record.Status, record.RequestCounts));
    }

    [Fact]
    public async Task A_made_up_id_that_meets_a_real_one_harms_neither()
    {
        var source = await BatchFlow.SourceAsync("broken\n" + Lines("line-1:a", "line-4:b") + "\nbroken too");
        var record = await new BatchFlow(_store).RunAsync(source, 1);
        Assert.Equal((BatchStatus.Completed, new BatchRequestCounts(4, 2, 2)), (record.Status, record.RequestCounts));
        Assert.Equal(["line-1", "line-4"], (await Published.ReadAsync(_store)).AnsweredIds);
    }

    [Fact]
    public async Task A_commit_beyond_the_plan_is_found()
    {
        var source = await BatchFlow.SourceAsync(Lines("1:a"));
        var flow = new BatchFlow(_store);
        await flow.SubmitAsync(source, 1);
        var planned = await flow.PlanAsync();
        var commit = (await flow.WorkAsync(planned.Record, planned.Plan.Shards[0], source)).Standing;
        await flow.Ledger.TryCommitAsync(commit with { Shard = 1 }, None);
        await Assert.ThrowsAsync<BatchCorruptedException>(() => flow.Finalizer.FinalizeAsync(BatchFlow.Id, None));
    }

    [Fact]
    public async Task A_plan_that_lost_a_shard_is_found()
    {
        var source = await BatchFlow.SourceAsync(Lines("1:a", "2:b"));
        var flow = new BatchFlow(_store);
        await flow.SubmitAsync(source, 1);
        var planned = await flow.PlanAsync();
        foreach (var shard in planned.Plan.Shards) await flow.WorkAsync(planned.Record, shard, source);
        var name = BatchBlobs.Plan(BatchFlow.Id);
        await _store.PutAsync(name, (await _store.GetAsync(name))!.Split('\n')[0] + "\n");
        var exception = await Assert.ThrowsAsync<BatchCorruptedException>(() => flow.Finalizer.FinalizeAsync(BatchFlow.Id, None));
        Assert.Equal(name, exception.Blob);
        Assert.Null(await _store.GetAsync(BatchBlobs.Output(BatchFlow.Id)));
        await _store.DeleteAsync(name, None);
        await Assert.ThrowsAsync<BatchCorruptedException>(() => flow.Finalizer.FinalizeAsync(BatchFlow.Id, None));
    }

    [Fact]
    public async Task Rows_under_other_ids_than_the_planned_ones_are_found()
    {
        var source = await BatchFlow.SourceAsync(Lines("1:a", "2:b"));
        var flow = new BatchFlow(_store);
        await flow.SubmitAsync(source, 2);
        var planned = await flow.PlanAsync();
        var rows = await flow.AnswerAsync(planned.Record, planned.Plan.Shards[0], source);
        rows[1] = rows[1] with { CustomId = "1", Result = rows[1].Result with { CustomId = "1" } };
        var attempt = await flow.Ledger.WriteAttemptAsync(BatchFlow.Id, planned.Plan.Shards[0], AttemptId.New(), rows, BatchFlow.Engine, None);
        await flow.Ledger.TryCommitAsync(attempt, None);
        var exception = await Assert.ThrowsAsync<BatchCorruptedException>(() => flow.Finalizer.FinalizeAsync(BatchFlow.Id, None));
        Assert.Contains("the ids of the rows", exception.Message, StringComparison.Ordinal);
        Assert.Null(await _store.GetAsync(BatchBlobs.Output(BatchFlow.Id)));
    }

    [Fact]
    public async Task The_whole_flow_runs_on_a_folder()
    {
        using var folder = new TemporaryFolder();
        var store = LocalFolderBlobStore.OpenOrCreate(folder.Path);
        var record = await new BatchFlow(store).RunAsync(await BatchFlow.SourceAsync(Lines("1:a", "2:b", "3:none", "4:c", "5:d")), 2);
        Assert.Equal((BatchStatus.Completed, new BatchRequestCounts(5, 4, 1)), (record.Status, record.RequestCounts));
        var published = await Published.ReadAsync(store);
        published.AssertAnswersBelong();
        Assert.Equal(["1", "2", "4", "5"], published.AnsweredIds);
    }

    private static string Lines(params string[] rows) => string.Join('\n', rows.Select(row =>
        $$"""{"id":"{{row.Split(':')[0]}}","image":"{{row.Split(':')[1]}}.png","question":"what?"}"""));
}
