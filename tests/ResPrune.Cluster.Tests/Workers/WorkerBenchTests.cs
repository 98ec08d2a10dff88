using ResPrune.Batch.Batches;
using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Tests.Workers;

public sealed class WorkerBenchTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly BatchId[] Batches = [.. Enumerable.Range(1, 100).Select(n => BatchId.Parse($"batch_{n}"))];
    private readonly WorkerBench _bench = new(new GpuWorkerOptions { BatchesToBench = 3, BenchTime = TimeSpan.FromMinutes(1) });

    [Fact]
    public void A_batch_that_fails_is_left_alone_for_longer_and_longer_and_the_worker_goes_on_with_others()
    {
        var now = Now;
        var waits = new List<double>();
        for (var n = 0; n < 8; n++)
        {
            var wait = Fail(Batches[0], now);
            // The other shards of it that the worker held fail in the same trouble.
            Assert.Equal(TimeSpan.Zero, Fail(Batches[0], now));
            Assert.Equal([Batches[0]], _bench.Benched(now));
            Assert.Equal(TimeSpan.Zero, _bench.TimeLeft(now));
            waits.Add(wait.TotalSeconds);
            now += wait;
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], waits);
        Assert.Empty(_bench.Benched(now));
    }

    [Fact]
    public void Several_batches_that_fail_at_once_take_the_worker_out_until_the_first_may_be_tried_again()
    {
        Fail(Batches[0], Now);
        Fail(Batches[1], Now);
        Assert.Equal(TimeSpan.Zero, _bench.TimeLeft(Now));
        Fail(Batches[2], Now);
        Assert.Equal(TimeSpan.FromSeconds(1), _bench.TimeLeft(Now));
        Assert.Equal(TimeSpan.Zero, _bench.TimeLeft(Now.AddSeconds(1)));
        Assert.Equal("the store did not answer", _bench.Problem);
    }

    [Fact]
    public void A_shard_that_goes_well_forgives_its_batch_and_one_that_was_lost_says_nothing()
    {
        Fail(Batches[0], Now);
        _bench.Note(new ShardEnd(Batches[0], 0), Now);
        Assert.Equal([Batches[0]], _bench.Benched(Now));
        _bench.Note(new ShardEnd(Batches[0], 5), Now);
        Assert.Empty(_bench.Benched(Now));
        Assert.Null(_bench.Problem);
        Assert.Equal(TimeSpan.FromSeconds(1), Fail(Batches[0], Now));
    }

    [Fact]
    public void It_remembers_a_bounded_number_of_batches()
    {
        foreach (var batch in Batches) Fail(batch, Now);
        Assert.Equal(64, _bench.Benched(Now).Count);
    }

    private TimeSpan Fail(BatchId batch, DateTimeOffset now) => _bench.Note(new ShardEnd(batch, 0, "the store did not answer", ShardTrouble.Batch), now);
}
