using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Tests.Hosting;

namespace ResPrune.Cluster.Tests.Batches;

public sealed class BatchRunTests
{
    [Fact]
    public async Task A_batch_runs_to_the_end_and_every_id_has_its_own_answer_once()
    {
        var store = new InMemoryBlobStore();
        var batch = await TestBatch.SubmitAsync(store, rows: 53, TestBatch.Spec(rowsPerShard: 8) with { Keep = "1/4" });
        await using var fleet = await TestFleet.StartAsync(1, store, [new FakeEngine()]);

        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);
        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal(BatchStatus.Completed, end.Status);
        Assert.Equal(53, end.Committed.Answered);
        Assert.Equal(new VisualTokenCount(5300, 53 * 25), end.Committed.VisualTokens);
        Assert.Equal(7, end.ShardsCommitted);
        var (answers, errors) = await batch.AssertEveryIdOnceAsync();
        Assert.Equal(53, answers.Count);
        Assert.Empty(errors);
    }
}
