using ResPrune.Cluster.Batches;

namespace ResPrune.Cluster.Tests.Batches;

public sealed class DeviceUseTests
{
    [Fact]
    public void Only_what_the_devices_did_since_their_first_report_counts()
    {
        var use = new DeviceUse();
        Assert.Null(use.BusyShare);
        use.Note("a", busy: 100, starved: 100);
        use.Note("b", busy: 0, starved: 0);
        use.Note("a", busy: 103, starved: 101);
        use.Note("b", busy: 3, starved: 1);

        Assert.Equal(0.75, use.BusyShare);
    }

    [Fact]
    public void An_engine_that_was_started_anew_counts_from_there()
    {
        var use = new DeviceUse();
        use.Note("a", busy: 100, starved: 100);
        use.Note("a", busy: 1, starved: 0);
        use.Note("a", busy: 2, starved: 1);

        Assert.Equal(0.5, use.BusyShare);
    }
}
