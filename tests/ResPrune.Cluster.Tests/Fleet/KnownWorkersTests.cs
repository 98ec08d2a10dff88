using ResPrune.Cluster.Fleet;

namespace ResPrune.Cluster.Tests.Fleet;

public sealed class KnownWorkersTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1000);

    [Fact]
    public void A_worker_that_asks_no_more_leaves_no_ghost_and_is_known_again_when_it_asks()
    {
        var workers = new KnownWorkers(TimeSpan.FromSeconds(30));
        workers.Note(Worker("spot-1/cpu"), Now);
        workers.Note(Worker("spot-2/cpu"), Now.AddSeconds(20));
        Assert.Equal(["spot-1/cpu", "spot-2/cpu"], workers.Recent(Now.AddSeconds(29)).Order());
        Assert.Equal(["spot-2/cpu"], workers.Recent(Now.AddSeconds(30)));
        workers.Note(Worker("spot-1/cpu"), Now.AddSeconds(31));
        workers.Forget("spot-2/cpu");
        Assert.Equal(["spot-1/cpu"], workers.Recent(Now.AddSeconds(40)));
    }

    [Fact]
    public void What_they_serve_is_counted_by_weights_the_most_served_first()
    {
        var workers = new KnownWorkers(TimeSpan.FromSeconds(30));
        workers.Note(Worker("a/0", "llava", "old"), Now);
        workers.Note(Worker("b/0", "llava", "new"), Now);
        workers.Note(Worker("c/0", "llava", "new"), Now);
        workers.Note(Worker("c/0", "llava", "new"), Now);
        Assert.Equal(
            [("llava", "new", 2), ("llava", "old", 1)], workers.Models(Now).Select(model => (model.Name, model.WeightsDigest, model.Workers)));
        Assert.Equal((3, 1, 0), (workers.Count(null, Now), workers.Count("old", Now), workers.Count("other", Now)));
        Assert.Empty(workers.Models(Now.AddSeconds(30)));
    }

    private static WorkRequest Worker(string key, string model = "fake", string weights = "0") => new() { Worker = key, Model = model, WeightsDigest = weights };
}
