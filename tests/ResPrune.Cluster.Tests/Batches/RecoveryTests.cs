using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Fleet;
using ResPrune.Cluster.Tests.Hosting;

namespace ResPrune.Cluster.Tests.Batches;

public sealed class RecoveryTests
{
    [Fact]
    public async Task Killing_a_silo_in_the_middle_costs_no_answer_and_repeats_none()
    {
        var store = new InMemoryBlobStore();
        var batch = await TestBatch.SubmitAsync(store, rows: 96, TestBatch.Spec(rowsPerShard: 4));
        FakeEngine[] engines = [new(), new(), new()];
        var gate = new Gate(pass: 24);
        foreach (var engine in engines) engine.Before = gate.PassAsync;
        // No lease runs out within this test: the death of the silo must be enough.
        await using var fleet = await TestFleet.StartAsync(
            3, store, engines, silo => silo.Configure<BatchCoordinatorOptions>(options => options.LeaseDuration = TimeSpan.FromHours(1)));
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);
        await fleet.WaitForAsync(batch.Id, snapshot => snapshot.RowsDone >= 24 && engines.All(engine => engine.InFlight > 0));

        // Not the first silo: the test cluster keeps its membership there.
        var victim = fleet.Cluster.Silos[1];
        await fleet.Cluster.KillSiloAsync(victim);
        gate.Open();
        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal(BatchStatus.Completed, end.Status);
        var (answers, errors) = await batch.AssertEveryIdOnceAsync();
        Assert.Equal(96, answers.Count);
        Assert.Empty(errors);
    }

    [Fact]
    public async Task A_new_cluster_goes_on_with_a_half_done_batch_and_answers_nothing_again()
    {
        var store = new InMemoryBlobStore();
        var batch = await TestBatch.SubmitAsync(store, rows: 40, TestBatch.Spec(rowsPerShard: 4));
        var first = new FakeEngine();
        var gate = new Gate(pass: 20);
        first.Before = gate.PassAsync;
        await using (var fleet = await TestFleet.StartAsync(1, store, [first]))
        {
            await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);
            await fleet.WaitForAsync(batch.Id, snapshot => snapshot.ShardsCommitted >= 4);
            await fleet.Cluster.KillSiloAsync(fleet.Cluster.Silos[0]);
        }

        var committed = await new ShardLedger(store, TimeProvider.System).ReadProgressAsync(batch.Id, CancellationToken.None);
        var second = new FakeEngine();
        await using var next = await TestFleet.StartAsync(1, store, [second]);
        await next.Coordinator(batch.Id).StartAsync(CancellationToken.None);
        var end = await next.WaitForEndAsync(batch.Id);

        Assert.InRange(committed.Totals.Rows, 16, 20);
        Assert.Equal(committed.Totals.Rows, end.RowsFoundCommitted);
        Assert.Equal(40 - committed.Totals.Rows, second.Requests.Count);
        var (answers, _) = await batch.AssertEveryIdOnceAsync();
        Assert.Equal(40, answers.Count);
    }

    [Fact]
    public async Task A_fleet_that_lost_every_silo_finds_its_unfinished_batches_by_itself()
    {
        var store = new InMemoryBlobStore();
        var batch = await TestBatch.SubmitAsync(store, rows: 8, TestBatch.Spec(rowsPerShard: 4));
        await using var fleet = await TestFleet.StartAsync(
            1, store, [new FakeEngine()], silo => silo.Configure<FleetOptions>(options => options.ResumeUnfinished = true));

        // Nobody starts the batch, nobody asks for it: only its record is looked at.
        var catalog = new BatchCatalog(store);
        BatchStatus? status = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                status = (await catalog.ReadAsync(batch.Id, CancellationToken.None))?.Record.Status;
                return status == BatchStatus.Completed;
            },
            () => $"{status}");

        await batch.AssertEveryIdOnceAsync();
    }

    [Fact]
    public async Task A_finished_batch_is_reported_as_it_ended_by_a_cluster_that_never_saw_it()
    {
        var store = new InMemoryBlobStore();
        var batch = await TestBatch.SubmitAsync(store, rows: 5, TestBatch.Spec(rowsPerShard: 2));
        await using (var fleet = await TestFleet.StartAsync(1, store, [new FakeEngine()]))
        {
            await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);
            await fleet.WaitForEndAsync(batch.Id);
        }

        var engine = new FakeEngine();
        await using var next = await TestFleet.StartAsync(1, store, [engine]);
        var snapshot = await next.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        Assert.Equal((BatchStatus.Completed, 3), (snapshot.Status, snapshot.ShardsCommitted));
        Assert.Equal((5L, 5L), (snapshot.Committed.Answered, snapshot.RowsFoundCommitted));
        Assert.Empty(engine.Requests);
    }
}
