using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Fleet;
using ResPrune.Cluster.Tests.Hosting;
using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Tests.Fleet;

public sealed class FleetGrainTests
{
    private readonly InMemoryBlobStore _store = new();

    [Fact]
    public async Task A_new_fleet_grain_knows_what_it_resumes_whatever_becomes_of_the_coordinator()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        // As one does that is leaving with its silo: it answers, registers nowhere and is gone.
        var started = new CallHook(nameof(IBatchGrain.StartAsync), AnswerAndLeaveAsync);
        var registered = new CallHook(nameof(IFleetGrain.RegisterBatchAsync), _ => throw new TimeoutException("The fleet grain is moving."));
        await using var fleet = await TestFleet.StartAsync(1, _store, [], silo =>
        {
            silo.AddIncomingGrainCallFilter(started);
            silo.AddIncomingGrainCallFilter(registered);
            silo.Configure<FleetOptions>(options => options.ResumeUnfinished = true);
        });

        Assert.Equal(batch.Id, (await LeaseAsync(fleet)).Batch);
        Assert.Equal((1, 0), (started.Calls, registered.Calls));
    }

    [Fact]
    public async Task A_batch_that_was_started_is_known_though_its_coordinator_is_lost_at_once()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        var store = new HeldWritesStore(_store, name => name == BatchBlobs.Record(batch.Id));
        var started = new CallHook(nameof(IBatchGrain.StartAsync), AnswerAndLeaveAsync);
        await using var fleet = await TestFleet.StartAsync(1, store, [], silo =>
        {
            silo.AddIncomingGrainCallFilter(started);
            silo.Configure<BatchCoordinatorOptions>(options => options.SweepInterval = TimeSpan.FromHours(1));
        });

        var snapshot = await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);
        // Until now no plan can have come to its end.
        store.Open();

        Assert.Equal(BatchStatus.Validating, snapshot.Status);
        Assert.Equal(batch.Id, (await LeaseAsync(fleet)).Batch);
    }

    [Fact]
    public async Task A_batch_that_nobody_started_is_found_at_the_next_reminder()
    {
        await using var fleet = await TestFleet.StartAsync(
            1, _store, [], silo => silo.Configure<FleetOptions>(options => options.ResumeUnfinished = true));
        var ended = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        await fleet.Coordinator(ended.Id).CancelAsync(CancellationToken.None);
        await fleet.WaitForEndAsync(ended.Id);
        Assert.Null(await Fleet(fleet).RequestWorkAsync("worker", isIdle: true, CancellationToken.None));

        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        await Fleet(fleet).AsReference<IRemindable>().ReceiveReminder("wake-up", default);

        Assert.Equal(batch.Id, (await LeaseAsync(fleet)).Batch);
    }

    [Fact]
    public async Task Idle_workers_are_woken_when_a_batch_is_planned_that_was_known_before()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        var store = new HeldWritesStore(_store, name => name == BatchBlobs.Record(batch.Id));
        var registered = new CallHook(nameof(IFleetGrain.RegisterBatchAsync));
        var asked = new CallHook(nameof(IFleetGrain.RequestWorkAsync));
        await using var fleet = await TestFleet.StartAsync(1, store, [new FakeEngine()], silo =>
        {
            silo.AddIncomingGrainCallFilter(registered);
            silo.AddIncomingGrainCallFilter(asked);
            silo.Configure<GpuWorkerOptions>(options => options.IdlePollInterval = TimeSpan.FromMinutes(10));
        });
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);
        // Once when it comes, once when the batch does, which has no shard to give yet.
        await Eventually.HoldsAsync(
            () => store.Held == 1 && registered.Calls >= 2 && asked.Calls >= 2, () => $"{registered.Calls} registered, {asked.Calls} asked");

        store.Open();
        await fleet.WaitForEndAsync(batch.Id);

        await batch.AssertEveryIdOnceAsync();
    }

    [Fact]
    public async Task A_batch_whose_record_is_none_does_not_keep_the_others_from_going_on()
    {
        var broken = BatchId.New(TimeProvider.System);
        await _store.WriteAsync(BatchBlobs.Record(broken), "{"u8.ToArray(), BlobWriteCondition.Always, CancellationToken.None);
        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        await using var fleet = await TestFleet.StartAsync(
            1, _store, [new FakeEngine()], silo => silo.Configure<FleetOptions>(options => options.ResumeUnfinished = true));

        var catalog = new BatchCatalog(_store);
        BatchStatus? status = null;
        await Eventually.HoldsAsync(
            async () => (status = (await catalog.ReadAsync(batch.Id, CancellationToken.None))?.Record.Status) == BatchStatus.Completed,
            () => $"{status}");

        await batch.AssertEveryIdOnceAsync();
    }

    [Fact]
    public async Task A_batch_whose_record_is_slow_to_be_read_holds_up_no_other_and_no_worker()
    {
        var slow = new List<BatchId>();
        for (var n = 0; n < 70; n++) slow.Add((await TestBatch.SubmitAsync(_store, rows: 1, TestBatch.Spec(rowsPerShard: 1))).Id);
        var quick = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        var names = slow.Select(BatchBlobs.Record).ToHashSet();
        // Read once while they are listed, and then for ever.
        var store = new StuckReadsStore(_store, names.Contains, after: 1);
        await using var fleet = await TestFleet.StartAsync(
            1, store, [], silo => silo.Configure<FleetOptions>(options => options.ResumeUnfinished = true));

        Assert.Equal(quick.Id, (await LeaseAsync(fleet)).Batch);
        store.Open();
    }

    [Fact]
    public async Task A_batch_whose_record_is_slow_to_be_read_at_the_start_holds_up_no_other()
    {
        var slow = await TestBatch.SubmitAsync(_store, rows: 1, TestBatch.Spec(rowsPerShard: 1));
        var quick = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        var store = new StuckReadsStore(_store, name => name == BatchBlobs.Record(slow.Id), after: 0);
        await using var fleet = await TestFleet.StartAsync(
            1, store, [], silo => silo.Configure<FleetOptions>(options => options.ResumeUnfinished = true));

        Assert.Equal(quick.Id, (await LeaseAsync(fleet)).Batch);
        store.Open();
        Assert.Equal(slow.Id, (await LeaseAsync(fleet)).Batch);
    }

    [Fact]
    public async Task A_worker_is_asked_about_no_batch_that_it_left_alone_or_that_is_of_other_weights()
    {
        var other = await TestBatch.SubmitAsync(_store, rows: 1, TestBatch.Spec(rowsPerShard: 1) with { WeightsDigest = new string('1', 64), Priority = 100 });
        var benched = await TestBatch.SubmitAsync(_store, rows: 1, TestBatch.Spec(rowsPerShard: 1) with { Priority = 50 });
        var mine = await TestBatch.SubmitAsync(_store, rows: 1, TestBatch.Spec(rowsPerShard: 1));
        await using var fleet = await TestFleet.StartAsync(1, _store, []);
        foreach (var batch in (TestBatch[])[other, benched, mine])
        {
            await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);
            await fleet.WaitForAsync(batch.Id, snapshot => snapshot.Shards > 0);
        }

        ShardLease? lease = null;
        var request = Asking.As("worker") with { Benched = [benched.Id] };
        await Eventually.HoldsAsync(
            async () => (lease = await Fleet(fleet).RequestWorkAsync(request, CancellationToken.None)) is not null, () => "no shard");
        Assert.Equal(mine.Id, lease!.Batch);
        Assert.Null(await Fleet(fleet).RequestWorkAsync(request, CancellationToken.None));
        Assert.Equal(benched.Id, (await LeaseAsync(fleet)).Batch);

        var snapshot = await fleet.WaitForAsync(other.Id, snapshot => snapshot.Problem?.Contains("there are 1 with", StringComparison.Ordinal) == true);
        Assert.Contains("no worker with the weights 111111111111", snapshot.Problem, StringComparison.Ordinal);
        Assert.Contains("'fake' (000000000000", snapshot.Problem, StringComparison.Ordinal);
        Assert.Equal(
            [("fake", FakeEngine.Weights, 1)],
            (await Fleet(fleet).ListModelsAsync(CancellationToken.None)).Select(model => (model.Name, model.WeightsDigest, model.Workers)));
    }

    private static IFleetGrain Fleet(TestFleet fleet) => fleet.Grains.GetGrain<IFleetGrain>(IFleetGrain.Key);

    private static async Task AnswerAndLeaveAsync(IIncomingGrainCallContext call)
    {
        await call.Invoke();
        call.TargetContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ShuttingDown, "its silo leaves"));
    }

    /// <summary>The test plays the worker.</summary>
    private static async Task<ShardLease> LeaseAsync(TestFleet fleet)
    {
        ShardLease? lease = null;
        await Eventually.HoldsAsync(
            async () => (lease = await Fleet(fleet).RequestWorkAsync("worker", isIdle: true, CancellationToken.None)) is not null,
            () => "no shard");
        return lease!;
    }
}
