using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Tests.Workers;

public sealed class ByteGateTests
{
    [Fact]
    public async Task Those_that_wait_get_in_in_their_order_and_one_larger_than_the_bound_alone()
    {
        var gate = new ByteGate(100);
        await gate.EnterAsync(60, CancellationToken.None);
        var large = gate.EnterAsync(1000, CancellationToken.None);
        var small = gate.EnterAsync(10, CancellationToken.None);
        Assert.False(large.IsCompleted || small.IsCompleted);
        gate.Leave(60);
        await large;
        Assert.False(small.IsCompleted);
        Assert.Equal(1000, gate.Held);
        gate.Correct(20 - 1000);
        await small;
        Assert.Equal(30, gate.Held);
    }

    [Fact]
    public async Task One_that_stops_waiting_takes_nothing_and_lets_those_behind_it_pass()
    {
        var gate = new ByteGate(100);
        await gate.EnterAsync(60, CancellationToken.None);
        using var cancellation = new CancellationTokenSource();
        var large = gate.EnterAsync(90, cancellation.Token);
        var small = gate.EnterAsync(30, CancellationToken.None);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small;
        Assert.Equal(90, gate.Held);
    }
}
