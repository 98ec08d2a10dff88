using ResPrune.Cluster.Fleet;

namespace ResPrune.Cluster.Tests.Fleet;

public sealed class KnownWorkersTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1000);

    [Fact]
    public void A_worker_that_asks_no_more_leaves_no_ghost_and_is_known_again_when_it_asks()
    {
        var workers = new KnownWorkers(TimeSpan.FromSeconds(30));
        workers.Note("spot-1/cpu", Now);
        workers.Note("spot-2/cpu", Now.AddSeconds(20));
        Assert.Equal(["spot-1/cpu", "spot-2/cpu"], workers.Recent(Now.AddSeconds(29)).Order());
        Assert.Equal(["spot-2/cpu"], workers.Recent(Now.AddSeconds(30)));
        workers.Note("spot-1/cpu", Now.AddSeconds(31));
        workers.Forget("spot-2/cpu");
        Assert.Equal(["spot-1/cpu"], workers.Recent(Now.AddSeconds(40)));
    }
}
