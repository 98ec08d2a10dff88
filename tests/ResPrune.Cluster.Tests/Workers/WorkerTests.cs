using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Images;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Tests.Hosting;
using ResPrune.Cluster.Workers;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Tests.Workers;

public sealed class WorkerTests : IAsyncDisposable
{
    private readonly InMemoryBlobStore _store = new();
    private readonly FakeEngine _engine = new();

    [Fact]
    public async Task The_engine_never_has_more_rows_than_the_bound_and_is_filled_across_shards()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 40, TestBatch.Spec(rowsPerShard: 4));
        var gate = new Gate(pass: 0);
        _engine.Before = gate.PassAsync;
        await using var fleet = await TestFleet.StartAsync(
            1, _store, [_engine], silo => silo.Configure<GpuWorkerOptions>(options => options.RowsInFlight = 6));
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        // Four rows of the first shard and two of the second: the device does not wait at the border.
        await Eventually.HoldsAsync(() => gate.Held == 6, () => $"{gate.Held} rows with the engine");
        gate.Open();
        await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal(6, _engine.MostInFlight);
        await batch.AssertEveryIdOnceAsync();
    }

    [Fact]
    public async Task A_store_that_is_slow_to_commit_does_not_keep_the_device_waiting_until_too_much_is_unwritten()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 40, TestBatch.Spec(rowsPerShard: 4));
        var store = new HeldWritesStore(_store, name => name.StartsWith(BatchBlobs.Commits(batch.Id), StringComparison.Ordinal));
        var asked = 0;
        _engine.Before = (_, _) =>
        {
            Interlocked.Increment(ref asked);
            return Task.FromResult<GenerationOutcome?>(null);
        };
        await using var fleet = await TestFleet.StartAsync(1, store, [_engine], silo => silo.Configure<GpuWorkerOptions>(options =>
        {
            options.ShardsInFlight = 2;
            options.ShardsWriting = 3;
        }));
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        await Eventually.HoldsAsync(() => store.Held == 5, () => $"{store.Held} shards are being written");
        var coordinator = fleet.Coordinator(batch.Id);
        var sixth = await coordinator.TryLeaseAsync("another", CancellationToken.None);
        Assert.Equal((5, 5, 20), (sixth!.Shard, store.Held, asked));

        await coordinator.ReturnAsync(sixth.Shard, sixth.Attempt, CancellationToken.None);
        store.Open();
        var end = await fleet.WaitForEndAsync(batch.Id);
        Assert.Equal(0, end.Retries);
        await batch.AssertEveryIdOnceAsync();
    }

    [Theory]
    [InlineData(7, 0)] // all tries but the last of one fetch: the store was away and is back when it is looked at
    [InlineData(int.MaxValue, 1)]
    public async Task A_picture_that_cannot_be_read_is_to_blame_only_when_the_store_is_there_again_and_again(int failures, int blamed)
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 4, TestBatch.Spec(rowsPerShard: 4));
        var store = new FailingReadsStore(_store, name => name.EndsWith("picture-1.jpg", StringComparison.Ordinal), failures);
        await using var fleet = await TestFleet.StartAsync(1, store, [_engine]);
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        await fleet.WaitForEndAsync(batch.Id);

        var (_, errors) = await batch.AssertEveryIdOnceAsync();
        Assert.Equal(Enumerable.Repeat(new KeyValuePair<string, string>("row-1", "image_not_found"), blamed), errors);
    }

    [Fact]
    public async Task An_engine_that_throws_once_is_asked_again_and_one_that_goes_on_throwing_costs_the_row()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 10, TestBatch.Spec(rowsPerShard: 5));
        var seen = new ConcurrentDictionary<string, int>();
        _engine.Before = (request, _) =>
        {
            var times = seen.AddOrUpdate(request.Question, 1, (_, count) => count + 1);
            var fails = request.Question.EndsWith(" 3?", StringComparison.Ordinal)
                || (request.Question.EndsWith(" 7?", StringComparison.Ordinal) && times == 1);
            return fails ? throw new InvalidOperationException("the kernel did not launch") : Task.FromResult<GenerationOutcome?>(null);
        };
        await using var fleet = await TestFleet.StartAsync(1, _store, [_engine]);
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        await fleet.WaitForEndAsync(batch.Id);

        var (answers, errors) = await batch.AssertEveryIdOnceAsync();
        Assert.Equal("engine_error", Assert.Single(errors, error => error.Key == "row-3").Value);
        Assert.Single(errors);
        Assert.Equal(9, answers.Count);
        // Row 3 is asked twice in each of two attempts; row 7 again within the first, and not at all because of row 3, which is in another shard.
        Assert.Equal((4, 2), (seen["What is in picture 3?"], seen["What is in picture 7?"]));
    }

    [Fact]
    public async Task What_the_engine_says_about_a_row_becomes_its_reason()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        _engine.Before = (request, _) => Task.FromResult<GenerationOutcome?>(
            request.Question.Contains(" 1?", StringComparison.Ordinal)
                ? new GenerationFailure(request.RequestId, FakeEngine.DigestOf(request), FailureReason.ImageTooLarge, "60000x60000")
                : null);
        await using var fleet = await TestFleet.StartAsync(1, _store, [_engine]);
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        await fleet.WaitForEndAsync(batch.Id);

        var (_, errors) = await batch.AssertEveryIdOnceAsync();
        Assert.Equal([new KeyValuePair<string, string>("row-1", "image_too_large")], errors);
    }

    [Fact]
    public async Task A_row_that_takes_too_long_is_a_timeout_and_the_others_are_answered()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        _engine.Before = async (request, token) =>
        {
            if (request.Question.Contains(" 1?", StringComparison.Ordinal)) await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return null;
        };
        await using var fleet = await TestFleet.StartAsync(
            1, _store, [_engine], silo => silo.Configure<GpuWorkerOptions>(options => options.RowTimeout = TimeSpan.FromMilliseconds(300)));
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        await fleet.WaitForEndAsync(batch.Id);

        var (_, errors) = await batch.AssertEveryIdOnceAsync();
        Assert.Equal([new KeyValuePair<string, string>("row-1", "timeout")], errors);
    }

    [Fact]
    public async Task An_engine_that_mixes_up_its_answers_is_never_published()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 2, TestBatch.Spec(rowsPerShard: 2));
        _engine.Before = (request, _) => Task.FromResult<GenerationOutcome?>(new GenerationResult(
            request.RequestId, new string('f', 64), "another picture's answer", FinishReason.Stop, default, default));
        await using var fleet = await TestFleet.StartAsync(1, _store, [_engine]);
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal((0L, 2L), (end.Committed.Answered, end.Committed.Failed));
        var (_, errors) = await batch.AssertEveryIdOnceAsync();
        Assert.All(errors.Values, code => Assert.Equal("engine_error", code));
    }

    [Fact]
    public async Task A_store_that_fails_for_a_while_costs_time_and_no_answer()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 9, TestBatch.Spec(rowsPerShard: 3));
        var failing = new FailingWritesStore(_store, name => name.Contains("/attempts/", StringComparison.Ordinal), failures: 12);
        await using var fleet = await TestFleet.StartAsync(1, failing, [_engine]);
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal((BatchStatus.Completed, 9L, 0L), (end.Status, end.Committed.Answered, end.Committed.Failed));
        await batch.AssertEveryIdOnceAsync();
    }

    [Fact]
    public async Task A_batch_that_cannot_be_opened_ends_with_the_reason_and_costs_its_neighbour_nothing()
    {
        var broken = await TestBatch.SubmitAsync(_store, rows: 50, TestBatch.Spec(rowsPerShard: 1) with { ImageRoot = "https://nobody.example/x", Priority = 100 });
        var healthy = await TestBatch.SubmitAsync(_store, rows: 50, TestBatch.Spec(rowsPerShard: 5));
        await using var fleet = await TestFleet.StartAsync(
            1, _store, [_engine], silo => silo.Services.AddSingleton<IImageRoots>(new RefusingRoots(new Hosting.StoreImageRoots(_store))));
        await fleet.Coordinator(broken.Id).StartAsync(CancellationToken.None);
        await fleet.Coordinator(healthy.Id).StartAsync(CancellationToken.None);

        var end = await fleet.WaitForEndAsync(healthy.Id);
        var refused = await fleet.WaitForEndAsync(broken.Id);

        Assert.Equal((BatchStatus.Completed, 50L), (end.Status, end.Committed.Answered));
        Assert.Equal((BatchStatus.Failed, "Images of 'https://nobody.example/x' are not allowed here."), (refused.Status, refused.Problem));
    }

    [Fact]
    public async Task The_row_that_kills_its_workers_is_found_alone_and_all_others_are_answered()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 6, TestBatch.Spec(rowsPerShard: 6));
        await using var fleet = await TestFleet.StartAsync(1, _store, [_engine], silo =>
        {
            silo.Configure<GpuWorkerOptions>(options => options.IdlePollInterval = TimeSpan.FromMinutes(1));
            silo.Configure<BatchCoordinatorOptions>(options => options.LeaseDuration = TimeSpan.FromSeconds(1));
        });
        await fleet.Worker(0).StopAsync(CancellationToken.None);
        await fleet.WaitForWorkerAsync(GpuWorkerState.Stopped);
        for (var death = 0; death < 4; death++)
        {
            var lease = await LeaseAsync(fleet, batch.Id);
            Assert.Equal(death >= 2, lease.Isolated);
            if (!lease.Isolated) continue;
            await fleet.Coordinator(batch.Id).ReportAsync(
                new ShardReport { Worker = "doomed", Shard = 0, Attempt = lease.Attempt, Totals = RowTotals.Zero, Line = 4 }, CancellationToken.None);
        }

        await fleet.WaitForAsync(batch.Id, snapshot => snapshot.ShardsLeased == 0);
        await fleet.Worker(0).StartAsync(CancellationToken.None);
        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal((5L, 1L), (end.Committed.Answered, end.Committed.Failed));
        Assert.Equal(1, _engine.MostInFlight);
        var (_, errors) = await batch.AssertEveryIdOnceAsync();
        Assert.Equal([new KeyValuePair<string, string>("row-3", "engine_error")], errors);
    }

    [Fact]
    public async Task A_commit_whose_outcome_is_unknown_is_found_and_publishes_no_row_twice()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        var failing = new FailingWritesStore(_store, name => name.Contains("/commits/", StringComparison.Ordinal), failures: 1);
        await using var fleet = await TestFleet.StartAsync(1, failing, [_engine]);
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal((3L, 0L), (end.Committed.Answered, end.Committed.Failed));
        await batch.AssertEveryIdOnceAsync();
    }

    [Fact]
    public async Task A_worker_that_is_stopped_hands_back_what_it_cannot_finish_in_time_and_takes_nothing_new()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 12, TestBatch.Spec(rowsPerShard: 4));
        var gate = new Gate(pass: 0);
        _engine.Before = gate.PassAsync;
        var drain = TimeSpan.FromMilliseconds(100);
        await using var fleet = await TestFleet.StartAsync(
            1, _store, [_engine], silo => silo.Configure<GpuWorkerOptions>(options => options.DrainTimeout = drain));
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync(() => gate.Held > 0, () => "no row is with the engine");

        await fleet.Worker(0).StopAsync(CancellationToken.None);
        var stopped = await fleet.WaitForWorkerAsync(GpuWorkerState.Stopped);
        var snapshot = await fleet.WaitForAsync(batch.Id, snapshot => snapshot.ShardsLeased == 0);

        Assert.Equal((0, 0), (stopped.Shards, stopped.RowsInFlight));
        Assert.Equal(0, snapshot.RowsDone);
        var lease = await fleet.Coordinator(batch.Id).TryLeaseAsync("another", CancellationToken.None);
        Assert.Equal((0, 1), (lease!.Shard, lease.Try));
        await fleet.Coordinator(batch.Id).ReturnAsync(lease.Shard, lease.Attempt, CancellationToken.None);

        gate.Open();
        await fleet.Worker(0).StartAsync(CancellationToken.None);
        await fleet.WaitForEndAsync(batch.Id);
        await batch.AssertEveryIdOnceAsync();
    }

    [Fact]
    public async Task A_worker_that_is_stopped_finishes_what_it_can_in_time()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 40, TestBatch.Spec(rowsPerShard: 4));
        var gate = new Gate(pass: 0);
        _engine.Before = gate.PassAsync;
        await using var fleet = await TestFleet.StartAsync(1, _store, [_engine]);
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync(() => gate.Held > 0, () => "no row is with the engine");
        await fleet.WaitForAsync(batch.Id, snapshot => snapshot.ShardsLeased == 2);

        await fleet.Worker(0).StopAsync(CancellationToken.None);
        gate.Open();
        await fleet.WaitForWorkerAsync(GpuWorkerState.Stopped);

        var snapshot = await fleet.WaitForAsync(batch.Id, snapshot => snapshot.ShardsLeased == 0);
        Assert.Equal((8L, 2), (snapshot.Committed.Answered, snapshot.ShardsCommitted));
    }

    [Fact]
    public async Task Cancel_keeps_what_is_answered_and_closes_the_rest()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 40, TestBatch.Spec(rowsPerShard: 4));
        var gate = new Gate(pass: 10);
        _engine.Before = gate.PassAsync;
        await using var fleet = await TestFleet.StartAsync(
            1, _store, [_engine], silo => silo.Configure<GpuWorkerOptions>(options => options.RowsInFlight = 4));
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);
        await fleet.WaitForAsync(batch.Id, snapshot => snapshot.RowsDone == 10);
        // Those of the next shard too: a cancel that came before them would find nothing to let finish.
        await Eventually.HoldsAsync(() => gate.Held == 4, () => $"{gate.Held} rows are with the engine");

        var cancelling = await fleet.Coordinator(batch.Id).CancelAsync(CancellationToken.None);
        Assert.Equal(BatchStatus.Cancelling, cancelling.Status);
        Assert.Null(await fleet.Coordinator(batch.Id).TryLeaseAsync("another", CancellationToken.None));
        gate.Open();
        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal(BatchStatus.Cancelled, end.Status);
        var (answers, errors) = await batch.AssertEveryIdOnceAsync();
        Assert.InRange(answers.Count, 10, 16);
        Assert.All(errors.Values, code => Assert.Equal("batch_cancelled", code));
    }

    [Fact]
    public async Task The_first_answers_and_the_devices_are_told_while_the_batch_runs()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 30, TestBatch.Spec(rowsPerShard: 30));
        var gate = new Gate(pass: 5);
        _engine.Before = gate.PassAsync;
        await using var fleet = await TestFleet.StartAsync(
            1, _store, [_engine], silo => silo.Configure<BatchCoordinatorOptions>(options => options.FirstAnswers = 3));
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        var running = await fleet.WaitForAsync(batch.Id, snapshot => snapshot.FirstAnswers.Count == 3 && snapshot.Running.Rows == 5);

        Assert.Equal((0L, 1), (running.Committed.Rows, running.ShardsLeased));
        Assert.All(running.FirstAnswers, answer => Assert.Contains(answer.CustomId, batch.Ids));
        gate.Open();
        var end = await fleet.WaitForEndAsync(batch.Id);
        Assert.Equal(3, end.FirstAnswers.Count);
        Assert.Equal(0.75, end.DeviceBusyShare!.Value, precision: 6);
    }

    [Fact]
    public async Task A_worker_whose_model_cannot_be_loaded_says_why_and_takes_no_work()
    {
        var broken = Task.FromException<IVisionLanguageEngine>(new ModelLoadException("config.json is missing"));
        await using var fleet = await TestFleet.StartAsync(
            1, _store, [], silo => silo.Services.AddSingleton(new WorkerDevice("cpu", broken)));

        var status = await fleet.WaitForWorkerAsync(GpuWorkerState.Failed);

        Assert.Equal("config.json is missing", status.Problem);
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    /// <summary>The test as a worker that will never be heard of again; waits until the lease of the one before it has run out.</summary>
    private static async Task<ShardLease> LeaseAsync(TestFleet fleet, BatchId batch)
    {
        ShardLease? lease = null;
        await Eventually.HoldsAsync(
            async () => (lease = await fleet.Coordinator(batch).TryLeaseAsync("doomed", CancellationToken.None)) is not null,
            () => "no shard is given out");
        return lease!;
    }

    private sealed class RefusingRoots(IImageRoots inner) : IImageRoots
    {
        public IImageUrls? Urls => inner.Urls;

        public Task<IImagePlace> OpenAsync(string location, CancellationToken cancellationToken) =>
            location.StartsWith("https:", StringComparison.Ordinal)
                ? throw new BlobStoreUnavailableException(location, $"Images of '{location}' are not allowed here.")
                : inner.OpenAsync(location, cancellationToken);
    }
}
