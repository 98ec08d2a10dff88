using ResPrune.Batch.Storage;
using ResPrune.Cluster.Placement;
using ResPrune.Cluster.Tests.Hosting;
using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Tests.Placement;

public sealed class GpuPlacementTests
{
    [Fact]
    public async Task A_worker_lives_on_exactly_the_silo_its_key_names()
    {
        FakeEngine[] engines = [new(), new(), new()];
        await using var fleet = await TestFleet.StartAsync(3, new InMemoryBlobStore(), engines);

        foreach (var silo in fleet.Cluster.Silos)
        {
            var worker = fleet.Grains.GetGrain<IGpuWorkerGrain>($"{silo.Name}/cpu");
            var status = await worker.GetStatusAsync(CancellationToken.None);

            Assert.Equal(silo.Name, status.Silo);
            Assert.True(fleet.Cluster.TryGetGrainContext(worker.GetGrainId(), out var context));
            Assert.Equal(silo.SiloAddress, context.Address.SiloAddress);
        }
    }

    [Fact]
    public async Task A_key_that_names_no_active_silo_fails_and_says_which_there_are()
    {
        await using var fleet = await TestFleet.StartAsync(1, new InMemoryBlobStore(), [new FakeEngine()]);

        var exception = await Assert.ThrowsAsync<GpuPlacementException>(
            () => fleet.Grains.GetGrain<IGpuWorkerGrain>("nowhere/cpu").GetStatusAsync(CancellationToken.None));

        Assert.Contains("'nowhere'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(fleet.Cluster.Silos[0].Name, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_names_a_device_the_silo_lacks_fails_and_says_which_there_are()
    {
        await using var fleet = await TestFleet.StartAsync(1, new InMemoryBlobStore(), [new FakeEngine()]);
        var key = $"{fleet.Cluster.Silos[0].Name}/cuda:7";

        var exception = await Assert.ThrowsAsync<ArgumentException>(
            () => fleet.Grains.GetGrain<IGpuWorkerGrain>(key).GetStatusAsync(CancellationToken.None));

        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
        Assert.Contains("its devices are: cpu", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_that_stopped_gets_no_worker()
    {
        await using var fleet = await TestFleet.StartAsync(2, new InMemoryBlobStore(), [new FakeEngine(), new FakeEngine()]);
        var gone = fleet.Cluster.Silos[1];
        await fleet.Cluster.StopSiloAsync(gone);

        await Assert.ThrowsAsync<GpuPlacementException>(
            () => fleet.Grains.GetGrain<IGpuWorkerGrain>($"{gone.Name}/cpu").GetStatusAsync(CancellationToken.None));
    }
}
