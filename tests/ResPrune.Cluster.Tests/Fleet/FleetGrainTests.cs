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
    public async Task A_batch_goes_on_whose_coordinator_answers_a_new_fleet_grain_and_leaves_before_it_registers()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        var store = new HeldWritesStore(_store, name => name == BatchBlobs.Record(batch.Id));
        var started = new CallHook(
            nameof(IBatchGrain.StartAsync),
            call => call.TargetContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ShuttingDown, "its silo leaves")));
        var leased = new CallHook(nameof(IBatchGrain.TryLeaseAsync), _ => { });
        // The test plays the worker, and no coordinator comes to its first sweep.
        await using var fleet = await TestFleet.StartAsync(1, store, [], silo =>
        {
            silo.AddIncomingGrainCallFilter(started);
            silo.AddIncomingGrainCallFilter(leased);
            silo.Configure<FleetOptions>(options => options.ResumeUnfinished = true);
            silo.Configure<BatchCoordinatorOptions>(options => options.SweepInterval = TimeSpan.FromHours(1));
        });
        var grain = fleet.Grains.GetGrain<IFleetGrain>(IFleetGrain.Key);

        ShardLease? lease = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                var (left, before) = (started.Calls > 0, leased.Calls);
                lease = await grain.RequestWorkAsync("worker", isIdle: true, CancellationToken.None);
                // The batch is known without its coordinator, which cannot have registered: its plan is being held.
                if (left && leased.Calls > before) store.Open();
                return lease is not null;
            },
            () => $"started {started.Calls} times, asked {leased.Calls} times, no shard");

        Assert.Equal(1, started.Calls);
        Assert.Equal((batch.Id, 0), (lease!.Batch, lease.Shard));
    }

    [Fact]
    public async Task Idle_workers_are_woken_when_a_batch_is_planned_that_was_known_before()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        var store = new HeldWritesStore(_store, name => name == BatchBlobs.Record(batch.Id));
        var registered = new CallHook(nameof(IFleetGrain.RegisterBatchAsync), _ => { });
        var asked = new CallHook(nameof(IFleetGrain.RequestWorkAsync), _ => { });
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
}
