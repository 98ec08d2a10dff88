using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Commit;

/// <summary>Two that both believe a shard, or a whole batch, is theirs, interleaved at every operation.</summary>
public sealed class RaceTests
{
    private const string Input =
        """
        {"id":"1","image":"a.png","question":"q"}
        {"id":"2","image":"b.png","question":"qq"}
        {"id":"3","image":"c.png","question":"qqq"}
        """;

    // Off xunit's synchronisation context, so that a worker's continuation runs inside the step that releases it.
    [Fact]
    public Task In_every_interleaving_of_two_workers_on_one_shard_exactly_one_is_published() => Task.Run(async () =>
    {
        var source = await BatchFlow.SourceAsync(Input);
        var (schedules, won) = (0, new int[2]);
        var path = new List<int>();
        do
        {
            var store = new InMemoryBlobStore();
            var flow = new BatchFlow(store);
            await flow.SubmitAsync(source, 10);
            var planned = await flow.PlanAsync();
            var scheduler = new StepScheduler();
            var work = Enumerable.Range(0, 2)
                .Select(worker => new BatchFlow(scheduler.ViewFor(worker, store)).WorkAsync(planned.Record, planned.Plan.Shards[0], source)).ToArray();
            Follow(scheduler, path);
            var results = await Task.WhenAll(work);
            var winner = Assert.Single(Enumerable.Range(0, 2), worker => results[worker].Outcome == CommitOutcome.Committed);
            Assert.Equal(CommitOutcome.LostRace, results[1 - winner].Outcome);
            Assert.Equal(results[winner].Standing.Attempt, results[1 - winner].Standing.Attempt);
            won[winner]++;
            schedules++;
            await AssertCompletedAsync(await flow.Finalizer.FinalizeAsync(BatchFlow.Id, CancellationToken.None), store);
        }
        while (Next(path));
        Assert.True(schedules > 20, $"only {schedules} schedules");
        Assert.All(won, count => Assert.True(count > 0, $"{won[0]}:{won[1]}"));
    });

    [Fact]
    public Task Two_drivers_of_one_batch_in_random_interleavings_publish_it_once() => Task.Run(async () =>
    {
        var source = await BatchFlow.SourceAsync(Input);
        Published? expected = null;
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var store = new InMemoryBlobStore();
            await new BatchFlow(store).SubmitAsync(source, 1);
            var scheduler = new StepScheduler();
            var drivers = Enumerable.Range(0, 2).Select(worker => new BatchFlow(scheduler.ViewFor(worker, store)).RunAsync(source, 1)).ToArray();
            while (scheduler.Waiting is { Count: > 0 } waiting) scheduler.Step(waiting[random.Next(waiting.Count)]);
            foreach (var record in await Task.WhenAll(drivers)) await AssertCompletedAsync(record, store);
            var published = await Published.ReadAsync(store);
            expected ??= published;
            Assert.True(expected.Output == published.Output, $"seed {seed}: {published.Output}");
        }
    });

    [Fact]
    public Task Cancelling_while_a_worker_commits_leaves_each_row_once_in_every_interleaving() => Task.Run(async () =>
    {
        var source = await BatchFlow.SourceAsync(Input);
        var counts = new SortedSet<long>();
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var store = new InMemoryBlobStore();
            var flow = new BatchFlow(store);
            await flow.SubmitAsync(source, 1);
            var planned = await flow.PlanAsync();
            var scheduler = new StepScheduler();
            var worker = WorkAllAsync(new BatchFlow(scheduler.ViewFor(0, store)), planned, source);
            var closer = new BatchFlow(scheduler.ViewFor(1, store)).Finalizer.CloseAsync(BatchFlow.Id, BatchStatus.Cancelled, CancellationToken.None);
            while (scheduler.Waiting is { Count: > 0 } waiting) scheduler.Step(waiting[random.Next(waiting.Count)]);
            await worker;
            var record = await closer;
            Assert.Equal((BatchStatus.Cancelled, 3L), (record.Status, record.RequestCounts.Total));
            var published = await Published.ReadAsync(store);
            published.AssertAnswersBelong();
            var ids = published.AnsweredIds.Concat(published.Failures.Select(line => line.GetProperty("id").GetString()!));
            Assert.Equal(["1", "2", "3"], ids.Order());
            counts.Add(record.RequestCounts.Completed);
        }

        Assert.True(counts.Count > 1, $"the race always ended the same way: {string.Join(',', counts)}");
    });

    private static async Task WorkAllAsync(BatchFlow flow, PlannedBatch planned, IBlobStore source)
    {
        foreach (var shard in planned.Plan.Shards) await flow.WorkAsync(planned.Record, shard, source).ConfigureAwait(false);
    }

    private static async Task AssertCompletedAsync(BatchRecord record, IBlobStore store)
    {
        Assert.Equal((BatchStatus.Completed, new BatchRequestCounts(3, 3, 0)), (record.Status, record.RequestCounts));
        var published = await Published.ReadAsync(store);
        Assert.Equal(["1", "2", "3"], published.AnsweredIds);
        published.AssertAnswersBelong();
    }

    // Depth-first over the choices: `path` says which worker goes at each step and is extended with the first one beyond its end.
    private static void Follow(StepScheduler scheduler, List<int> path)
    {
        for (var step = 0; scheduler.Waiting is { Count: > 0 } waiting; step++)
        {
            if (step == path.Count) path.Add(waiting[0]);
            scheduler.Step(waiting.Contains(path[step]) ? path[step] : waiting[0]);
        }
    }

    private static bool Next(List<int> path)
    {
        while (path.Count > 0 && path[^1] == 1) path.RemoveAt(path.Count - 1);
        if (path.Count == 0) return false;
        path[^1] = 1;
        return true;
    }
}
