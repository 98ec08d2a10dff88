using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Tests.Workers;

public sealed class WorkerBenchTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private readonly WorkerBench _bench = new(new GpuWorkerOptions { FailuresToBench = 3, BenchTime = TimeSpan.FromMinutes(1) });

    [Fact]
    public void Failures_in_a_row_take_a_worker_out_and_one_success_forgives()
    {
        Assert.False(Fail());
        Assert.False(Fail());
        _bench.Note(new ShardEnd(5), Now);
        Assert.False(Fail());
        Assert.False(Fail());
        Assert.True(Fail());

        Assert.Equal(TimeSpan.FromSeconds(20), _bench.TimeLeft(Now + TimeSpan.FromSeconds(40)));
        Assert.Equal(TimeSpan.Zero, _bench.TimeLeft(Now + TimeSpan.FromMinutes(2)));
        Assert.Contains("3 shards in a row", _bench.Problem, StringComparison.Ordinal);
        Assert.True(Fail());
        _bench.Note(new ShardEnd(5), Now);
        Assert.Null(_bench.Problem);
    }

    [Fact]
    public void A_shard_that_was_lost_or_handed_back_says_nothing_about_the_worker()
    {
        Fail();
        Fail();
        _bench.Note(new ShardEnd(0), Now);
        Assert.True(Fail());
    }

    [Fact]
    public void A_store_that_fails_is_left_alone_for_longer_and_longer()
    {
        var now = Now;
        var waits = new List<double>();
        for (var n = 0; n < 8; n++)
        {
            Assert.True(_bench.Note(new ShardEnd(0, "503", IsStoreTrouble: true), now));
            // The other shards that it held fail in the same trouble.
            Assert.False(_bench.Note(new ShardEnd(0, "503", IsStoreTrouble: true), now));
            var wait = _bench.TimeLeft(now);
            waits.Add(wait.TotalSeconds);
            now += wait;
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 32, 32], waits);
    }

    private bool Fail() => _bench.Note(new ShardEnd(0, "the kernel did not launch"), Now);
}
