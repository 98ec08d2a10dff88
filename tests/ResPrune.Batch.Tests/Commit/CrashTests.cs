using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Commit;

/// <summary>Dies at every single operation of the whole flow, before it and after it, and goes on in a new "process".</summary>
public sealed class CrashTests
{
    private const string Input =
        """
        {"id":"1","image":"a.png","question":"q"}
        {"id":"2","image":"b.png","question":"qq"}
        broken

        {"id":"1","image":"c.png","question":"again"}
        {"id":"3","image":"missing.png","question":"q"}
        {"id":"4","image":"d.png","question":"q"}
        {"id":"5","image":"../e.png","question":"q"}
        """;

    [Fact]
    public async Task A_crash_at_any_operation_loses_nothing_and_answers_nothing_twice()
    {
        var source = await BatchFlow.SourceAsync(Input);
        var expected = await RunWithoutCrashAsync(source);
        var operations = await CountAsync(source);
        Assert.InRange(operations, 30, 300);
        foreach (var afterwards in new[] { false, true })
        {
            for (var crash = 1; crash <= operations; crash++)
            {
                var store = new InMemoryBlobStore();
                await Assert.ThrowsAsync<SimulatedCrashException>(() => new BatchFlow(CrashAt(store, crash, afterwards)).RunAsync(source, 2));
                var record = await new BatchFlow(store).RunAsync(source, 2);
                await AssertSameAsync(expected, store, record, $"crash {(afterwards ? "after" : "before")} operation {crash}");
            }
        }
    }

    [Fact]
    public async Task Crashes_again_and_again_lose_nothing_and_answer_nothing_twice()
    {
        var source = await BatchFlow.SourceAsync(Input);
        var expected = await RunWithoutCrashAsync(source);
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var store = new InMemoryBlobStore();
            BatchRecord? record = null;
            for (var life = 0; record is null; life++)
            {
                Assert.True(life < 1000, $"seed {seed}: no progress");
                try
                {
                    record = await new BatchFlow(CrashAt(store, random.Next(1, 60), random.Next(2) == 0)).RunAsync(source, 2);
                }
                catch (SimulatedCrashException)
                {
                    // The next life goes on from what is stored.
                }
            }

            await AssertSameAsync(expected, store, record, $"seed {seed}");
        }
    }

    [Fact]
    public async Task Closing_a_cancelled_batch_survives_a_crash_at_any_operation()
    {
        var source = await BatchFlow.SourceAsync(Input);
        Published? expected = null;
        for (var crash = 1; ; crash++)
        {
            var store = new InMemoryBlobStore();
            var flow = new BatchFlow(store);
            await flow.SubmitAsync(source, 2);
            var planned = await flow.PlanAsync();
            await flow.WorkAsync(planned.Record, planned.Plan.Shards[0], source);
            var crashed = true;
            try
            {
                await new BatchFlow(CrashAt(store, crash, crash % 2 == 0)).Finalizer.CloseAsync(BatchFlow.Id, BatchStatus.Cancelled, CancellationToken.None);
                crashed = false;
            }
            catch (SimulatedCrashException)
            {
                // Closed again below.
            }

            var record = await flow.Finalizer.CloseAsync(BatchFlow.Id, BatchStatus.Cancelled, CancellationToken.None);
            Assert.Equal((BatchStatus.Cancelled, new BatchRequestCounts(7, 2, 5)), (record.Status, record.RequestCounts));
            var published = await Published.ReadAsync(store);
            Assert.Equal(["invalid_json_line", "duplicate_id", "batch_cancelled", "batch_cancelled", "batch_cancelled"], published.FailedCodes);
            Assert.Equal(["1", "2"], published.AnsweredIds);
            expected ??= published;
            Assert.Equal(expected.Errors, published.Errors);
            if (!crashed) break;
        }
    }

    private static async Task<Published> RunWithoutCrashAsync(IBlobStore source)
    {
        var store = new InMemoryBlobStore();
        var record = await new BatchFlow(store).RunAsync(source, 2);
        Assert.Equal((BatchStatus.Completed, new BatchRequestCounts(7, 3, 4)), (record.Status, record.RequestCounts));
        var published = await Published.ReadAsync(store);
        Assert.Equal(["1", "2", "4"], published.AnsweredIds);
        Assert.Equal(["invalid_json_line", "duplicate_id", "image_not_found", "image_outside_input"], published.FailedCodes);
        published.AssertAnswersBelong();
        return published;
    }

    private static async Task<int> CountAsync(IBlobStore source)
    {
        var count = 0;
        await new BatchFlow(new WatchedBlobStore(new InMemoryBlobStore(), () => Task.CompletedTask, () => count++)).RunAsync(source, 2);
        return count;
    }

    private static WatchedBlobStore CrashAt(InMemoryBlobStore store, int operation, bool afterwards)
    {
        var (started, ended) = (0, 0);
        return new WatchedBlobStore(
            store,
            () => ++started == operation && !afterwards ? throw new SimulatedCrashException($"before {operation}") : Task.CompletedTask,
            () =>
            {
                if (++ended == operation && afterwards) throw new SimulatedCrashException($"after {operation}");
            });
    }

    private static async Task AssertSameAsync(Published expected, InMemoryBlobStore store, BatchRecord record, string when)
    {
        var published = await Published.ReadAsync(store);
        Assert.True(record.Status == BatchStatus.Completed && record.RequestCounts == new BatchRequestCounts(7, 3, 4), $"{when}: {record}");
        Assert.True(expected.Output == published.Output, $"{when}: {published.Output}");
        Assert.True(expected.Errors == published.Errors, $"{when}: {published.Errors}");
        var commits = await store.NamesAsync(BatchBlobs.Commits(BatchFlow.Id));
        Assert.Equal(Enumerable.Range(0, 4).Select(shard => BatchBlobs.Commit(BatchFlow.Id, shard)), commits);
    }
}
