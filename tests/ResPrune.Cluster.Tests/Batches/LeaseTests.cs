using System.Text;
using Microsoft.Extensions.Time.Testing;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Images;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Tests.Hosting;

namespace ResPrune.Cluster.Tests.Batches;

/// <summary>The test plays the workers, on a clock of its own.</summary>
public sealed class LeaseTests
{
    private readonly InMemoryBlobStore _store = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task A_worker_that_falls_silent_loses_its_lease_and_a_later_commit_of_it_loses_the_race()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        await using var fleet = await TestFleet.StartAsync(1, _store, [], time: _time);
        var coordinator = fleet.Coordinator(batch.Id);
        var zombie = await LeaseAsync(fleet, batch, "zombie");
        Assert.Null(await coordinator.TryLeaseAsync("heir", CancellationToken.None));

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(LeaseState.Held, await coordinator.ReportAsync(Report(zombie, "zombie"), CancellationToken.None));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await coordinator.TryLeaseAsync("heir", CancellationToken.None));
        _time.Advance(TimeSpan.FromSeconds(1));
        var heir = await coordinator.TryLeaseAsync("heir", CancellationToken.None);

        Assert.Equal((zombie.Shard, 2), (heir!.Shard, heir.Try));
        Assert.Equal(LeaseState.Lost, await coordinator.ReportAsync(Report(zombie, "zombie"), CancellationToken.None));
        Assert.Equal(CommitOutcome.Committed, await CommitAsync(batch, heir, "the heir's"));
        Assert.Equal(CommitOutcome.LostRace, await CommitAsync(batch, zombie, "the zombie's"));
        await coordinator.CompleteAsync(zombie.Shard, zombie.Attempt, CancellationToken.None);
        await coordinator.CompleteAsync(heir.Shard, heir.Attempt, CancellationToken.None);
        await fleet.WaitForEndAsync(batch.Id);

        var output = (await _store.ReadAsync(BatchBlobs.Output(batch.Id), 1 << 20, CancellationToken.None))!.Bytes;
        var text = Encoding.UTF8.GetString(output.Span);
        Assert.Equal(3, text.Split("the heir's").Length - 1);
        Assert.DoesNotContain("the zombie's", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_window_runs_out_workers_close_what_they_hold_and_the_rest_is_closed_as_expired()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 6, TestBatch.Spec(rowsPerShard: 2) with { ExpiresAfterSeconds = 5 });
        await using var fleet = await TestFleet.StartAsync(1, _store, [], time: _time);
        var coordinator = fleet.Coordinator(batch.Id);
        var done = await LeaseAsync(fleet, batch, "worker");
        await CommitAsync(batch, done, "in time");
        await coordinator.CompleteAsync(done.Shard, done.Attempt, CancellationToken.None);
        var late = await LeaseAsync(fleet, batch, "worker");
        for (var waited = 0; waited < 2; waited++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(LeaseState.Held, await coordinator.ReportAsync(Report(late, "worker"), CancellationToken.None));
        }

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(LeaseState.Expiring, await coordinator.ReportAsync(Report(late, "worker"), CancellationToken.None));
        Assert.Null(await coordinator.TryLeaseAsync("another", CancellationToken.None));
        await CommitAsync(batch, late, "just in time");
        await coordinator.CompleteAsync(late.Shard, late.Attempt, CancellationToken.None);
        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal(BatchStatus.Expired, end.Status);
        Assert.Equal((4L, 2L), (end.Committed.Answered, end.Committed.Failed));
        Assert.Equal([new(RowErrorCode.BatchExpired, 2L)], end.Committed.Errors);
    }

    [Fact]
    public async Task Commits_of_many_workers_are_read_beside_each_other_and_each_counts_once()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 4, TestBatch.Spec(rowsPerShard: 1));
        // Five reads: of four shards, and of one of them again, because two workers report it.
        var store = new HeldReadsStore(_store, name => name.StartsWith(BatchBlobs.Commits(batch.Id), StringComparison.Ordinal), together: 5);
        await using var fleet = await TestFleet.StartAsync(1, store, [], time: _time);
        var coordinator = fleet.Coordinator(batch.Id);
        var leases = new List<ShardLease>();
        for (var n = 0; n < 4; n++) leases.Add(await LeaseAsync(fleet, batch, $"worker {n}"));
        foreach (var lease in leases) await CommitAsync(batch, lease, "answered");

        await Task.WhenAll(leases.Append(leases[0]).Select(lease => coordinator.CompleteAsync(lease.Shard, lease.Attempt, CancellationToken.None)));
        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal((BatchStatus.Completed, 4L), (end.Status, end.Committed.Answered));
    }

    [Fact]
    public async Task An_input_that_changes_under_way_ends_the_batch_and_says_so()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 2, TestBatch.Spec(rowsPerShard: 1));
        await using var fleet = await TestFleet.StartAsync(1, _store, [], time: _time);
        var coordinator = fleet.Coordinator(batch.Id);
        var (one, other) = (await LeaseAsync(fleet, batch, "worker"), await LeaseAsync(fleet, batch, "worker"));
        await _store.WriteAsync(BatchBlobs.Input(batch.Id), "{}"u8.ToArray(), BlobWriteCondition.Always, CancellationToken.None);

        await coordinator.FailAsync(one.Shard, one.Attempt, Fault(ShardFaultKind.AttemptFailed, "the lines are not those of the plan"), CancellationToken.None);

        var snapshot = await coordinator.GetSnapshotAsync(CancellationToken.None);
        Assert.Equal(BatchStatus.Failed, snapshot.Status);
        Assert.Contains("not the one that was submitted", snapshot.Problem, StringComparison.Ordinal);
        Assert.Equal(LeaseState.Lost, await coordinator.ReportAsync(Report(other, "worker"), CancellationToken.None));
        Assert.Null(await coordinator.TryLeaseAsync("worker", CancellationToken.None));
    }

    [Fact]
    public async Task A_claim_of_a_commit_that_is_not_in_the_store_counts_for_nothing()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 1, TestBatch.Spec(rowsPerShard: 1));
        await using var fleet = await TestFleet.StartAsync(1, _store, [], time: _time);
        var lease = await LeaseAsync(fleet, batch, "liar");

        await fleet.Coordinator(batch.Id).CompleteAsync(lease.Shard, lease.Attempt, CancellationToken.None);

        var snapshot = await fleet.Coordinator(batch.Id).GetSnapshotAsync(CancellationToken.None);
        Assert.Equal((0, BatchStatus.InProgress), (snapshot.ShardsCommitted, snapshot.Status));
        Assert.Equal(2, (await LeaseAsync(fleet, batch, "honest")).Try);
    }

    [Fact]
    public async Task The_error_budget_cancels_the_batch_when_it_is_exceeded()
    {
        var spec = TestBatch.Spec(rowsPerShard: 2) with { ErrorBudget = new ErrorBudget { MaxCount = 1 } };
        var batch = await TestBatch.SubmitAsync(_store, rows: 4, spec);
        await using var fleet = await TestFleet.StartAsync(1, _store, [], time: _time);
        var lease = await LeaseAsync(fleet, batch, "w");
        await CommitAsync(batch, lease, answer: null);

        await fleet.Coordinator(batch.Id).CompleteAsync(lease.Shard, lease.Attempt, CancellationToken.None);
        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal(BatchStatus.Cancelled, end.Status);
        Assert.Equal((2L, 2L), (end.Committed.Errors[RowErrorCode.EngineError], end.Committed.Errors[RowErrorCode.BatchCancelled]));
    }

    [Fact]
    public async Task Asking_for_a_batch_that_was_never_submitted_says_so()
    {
        await using var fleet = await TestFleet.StartAsync(1, _store, []);

        var exception = await Assert.ThrowsAsync<BatchNotFoundException>(
            () => fleet.Coordinator(BatchId.Parse("batch_nothing")).StartAsync(CancellationToken.None));

        Assert.Contains("batch_nothing", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_that_two_workers_are_refused_end_the_batch_with_the_reason()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 4, TestBatch.Spec(rowsPerShard: 1));
        await using var fleet = await TestFleet.StartAsync(1, _store, [], time: _time);
        var coordinator = fleet.Coordinator(batch.Id);
        await FailAsync(await LeaseAsync(fleet, batch, "one"));
        Assert.Equal(BatchStatus.InProgress, (await coordinator.GetSnapshotAsync(CancellationToken.None)).Status);
        await FailAsync(await LeaseAsync(fleet, batch, "two"));

        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal((BatchStatus.Failed, "images of 'x' are not allowed"), (end.Status, end.Problem));
        var error = Assert.Single((await new BatchCatalog(_store).ReadAsync(batch.Id, CancellationToken.None))!.Record.Errors!.Data);
        Assert.Equal(("image_root_refused", "image_root"), (error.Code, error.Param));

        Task FailAsync(ShardLease lease) => coordinator.FailAsync(
            lease.Shard, lease.Attempt, Fault(ShardFaultKind.ImagesRefused, "images of 'x' are not allowed"), CancellationToken.None);
    }

    [Theory]
    [InlineData(false, BatchStatus.Failed)]
    [InlineData(true, BatchStatus.InProgress)]
    public async Task Images_that_cannot_be_reached_end_the_batch_unless_they_could_be_before(bool wereReached, BatchStatus expected)
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 4, TestBatch.Spec(rowsPerShard: 1));
        await using var fleet = await TestFleet.StartAsync(1, _store, [], time: _time);
        var coordinator = fleet.Coordinator(batch.Id);
        if (wereReached)
        {
            var lease = await LeaseAsync(fleet, batch, "w");
            await coordinator.ReportAsync(Report(lease, "w") with { Totals = RowTotals.Zero with { Answered = 1 } }, CancellationToken.None);
            await coordinator.ReturnAsync(lease.Shard, lease.Attempt, CancellationToken.None);
        }

        for (var tries = 0; tries < new BatchCoordinatorOptions().OpenTries; tries++)
        {
            var lease = await LeaseAsync(fleet, batch, "w");
            Assert.Equal(1, lease.Try);
            await coordinator.FailAsync(lease.Shard, lease.Attempt, Fault(ShardFaultKind.ImagesUnreachable, "no such host"), CancellationToken.None);
        }

        Assert.Equal(expected, (await coordinator.GetSnapshotAsync(CancellationToken.None)).Status);
    }

    [Fact]
    public async Task A_store_that_gives_no_shard_for_long_ends_the_batch_only_when_nothing_was_committed_meanwhile()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 1));
        await using var fleet = await TestFleet.StartAsync(1, _store, [], time: _time);
        var coordinator = fleet.Coordinator(batch.Id);
        await FailAsync();
        _time.Advance(TimeSpan.FromMinutes(14));
        var lease = await LeaseAsync(fleet, batch, "w");
        await CommitAsync(batch, lease, "answered");
        await coordinator.CompleteAsync(lease.Shard, lease.Attempt, CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(2));
        await FailAsync();
        _time.Advance(TimeSpan.FromMinutes(14));
        await FailAsync();
        Assert.Equal(BatchStatus.InProgress, (await coordinator.GetSnapshotAsync(CancellationToken.None)).Status);
        _time.Advance(TimeSpan.FromMinutes(2));
        await FailAsync();
        Assert.Equal(BatchStatus.Failed, (await coordinator.GetSnapshotAsync(CancellationToken.None)).Status);

        async Task FailAsync()
        {
            var lease = await LeaseAsync(fleet, batch, "w");
            await coordinator.FailAsync(lease.Shard, lease.Attempt, Fault(ShardFaultKind.StoreTrouble, "it timed out"), CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_window_begins_by_the_coordinators_clock_whatever_the_submitters_was()
    {
        // The submitter's clock is far behind this one.
        _time.Advance(TimeSpan.FromDays(10));
        var batch = await TestBatch.SubmitAsync(_store, rows: 1, TestBatch.Spec(rowsPerShard: 1) with { ExpiresAfterSeconds = 60 });
        Assert.Null((await new BatchCatalog(_store).ReadAsync(batch.Id, CancellationToken.None))!.Record.ExpiresAt);
        await using var fleet = await TestFleet.StartAsync(1, _store, [], time: _time);

        var lease = await LeaseAsync(fleet, batch, "w");

        var record = (await new BatchCatalog(_store).ReadAsync(batch.Id, CancellationToken.None))!.Record;
        Assert.Equal(_time.GetUtcNow().ToUnixTimeSeconds() + 60, record.ExpiresAt);
        Assert.Equal(LeaseState.Held, await fleet.Coordinator(batch.Id).ReportAsync(Report(lease, "w"), CancellationToken.None));
    }

    [Fact]
    public async Task A_batch_is_answered_by_the_weights_of_its_first_worker_and_no_others()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 2, TestBatch.Spec(rowsPerShard: 1));
        await using var fleet = await TestFleet.StartAsync(1, _store, [], time: _time);
        var coordinator = fleet.Coordinator(batch.Id);
        var lease = await LeaseAsync(fleet, batch, "w");
        Assert.Equal(FakeEngine.Weights, lease.WeightsDigest);

        Assert.Null((await coordinator.TryLeaseAsync(Asking.As("other", weights: new string('1', 64)), CancellationToken.None)).Lease);

        Assert.Equal(FakeEngine.Weights, (await new BatchCatalog(_store).ReadAsync(batch.Id, CancellationToken.None))!.Record.WeightsDigest);
        Assert.NotNull(await coordinator.TryLeaseAsync("w2", CancellationToken.None));
    }

    private static ShardFault Fault(ShardFaultKind kind, string message) => new() { Kind = kind, Message = message };

    private static async Task<ShardLease> LeaseAsync(TestFleet fleet, TestBatch batch, string worker)
    {
        ShardLease? lease = null;
        await Eventually.HoldsAsync(
            async () => (lease = await fleet.Coordinator(batch.Id).TryLeaseAsync(worker, CancellationToken.None)) is not null,
            () => "no shard is given out");
        return lease!;
    }

    private static ShardReport Report(ShardLease lease, string worker) =>
        new() { Worker = worker, Shard = lease.Shard, Attempt = lease.Attempt, Totals = RowTotals.Zero };

    private async Task<CommitOutcome> CommitAsync(TestBatch batch, ShardLease lease, string? answer)
    {
        var planner = new ShardPlanner(_store, _time);
        var planned = await planner.EnsurePlannedAsync(batch.Id, CancellationToken.None);
        var shard = (await planner.ReadPlanAsync(batch.Id, CancellationToken.None)).Shards[lease.Shard];
        var images = new ImageFetcher(new StoreImages(_store), urls: null, new ImageFetcherOptions());
        var rows = new List<AttemptRow>();
        await foreach (var line in new ShardReader(_store).ReadAsync(planned, shard, CancellationToken.None))
        {
            var image = (FetchedImage)await images.FetchAsync(line.Image, CancellationToken.None);
            ResultRow row = answer is null
                ? ErrorRow.For(batch.Id, line, RowErrorCode.EngineError, "for the test")
                : new AnswerRow
                {
                    Line = line.LineNumber,
                    CustomId = line.CustomId,
                    Image = line.ImageLabel,
                    Question = line.Question,
                    RequestId = batch.Id.RequestId(line.LineNumber),
                    ImageDigest = image.Digest,
                    Answer = answer,
                    FinishReason = "stop",
                    VisualTokens = new VisualTokenCount(1, 1),
                    PromptTokens = 1,
                    CompletionTokens = 1,
                    Work = default,
                };
            rows.Add(new AttemptRow(line.LineNumber, line.CustomId, image.Digest, row));
        }

        var ledger = new ShardLedger(_store, _time);
        var commit = await ledger.WriteAttemptAsync(batch.Id, shard, lease.Attempt, rows, null, CancellationToken.None);
        return (await ledger.TryCommitAsync(commit, CancellationToken.None)).Outcome;
    }
}
