using ResPrune.Cluster.Batches;

namespace ResPrune.Cluster.Tests.Batches;

public sealed class RateMeterTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void The_rate_forgets_what_is_older_than_its_window()
    {
        var meter = new RateMeter(TimeSpan.FromSeconds(10));
        for (var second = 0; second <= 60; second++) meter.Note(second < 50 ? 0 : (second - 50) * 7, Start.AddSeconds(second));

        Assert.Equal(7, meter.PerSecond(70, Start.AddSeconds(60)), precision: 6);
    }

    [Fact]
    public void The_rate_falls_while_nothing_happens()
    {
        var meter = new RateMeter(TimeSpan.FromSeconds(10));
        meter.Note(0, Start);

        Assert.Equal(10, meter.PerSecond(10, Start.AddSeconds(1)), precision: 6);
        Assert.Equal(1, meter.PerSecond(10, Start.AddSeconds(10)), precision: 6);
    }

    [Fact]
    public void A_count_that_falls_is_no_negative_rate()
    {
        var meter = new RateMeter(TimeSpan.FromSeconds(10));
        meter.Note(100, Start);

        Assert.Equal(0, meter.PerSecond(40, Start.AddSeconds(1)));
    }
}
