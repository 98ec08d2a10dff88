using System.Collections.Concurrent;
using System.Diagnostics;
using ResPrune.Chaos.Devices;
using ResPrune.Chaos.Faults;

namespace ResPrune.Chaos.Fleet;

/// <summary>Does to a fleet what a scenario says.</summary>
/// <param name="fleet">The fleet.</param>
/// <param name="batch">The batch whose coordinator may be a victim.</param>
/// <param name="ended">Cancelled when the batch has ended: nothing is asked of the devices any more.</param>
internal sealed class FleetFaults(ChaosFleet fleet, string batch, CancellationToken ended)
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Unasked = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentBag<Fault> _struck = [];

    /// <summary>The faults found a victim.</summary>
    public IReadOnlyCollection<Fault> Struck => _struck;

    /// <summary>Begins the fault at once; the task ends when it is over and what it took is replaced.</summary>
    public Task BeginAsync(Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.KillWorker:
                return LoseAsync(fault, Pick(fault, control: false), silo => silo.Kill());
            case FaultKind.KillControl:
                return LoseAsync(fault, Pick(fault, control: true), silo => silo.Kill());
            case FaultKind.KillCoordinator:
                return LoseAsync(fault, fleet.CoordinatorOf(batch), silo => silo.Kill());
            case FaultKind.StopWorker:
                return StopAsync(fault, Pick(fault, control: false));
            case FaultKind.StopCoordinator:
                return StopAsync(fault, fleet.CoordinatorOf(batch));
            case FaultKind.DrainSeveral:
                return DrainSeveralAsync(fault);
            case FaultKind.DeviceThrows or FaultKind.DeviceDies or FaultKind.DeviceWrong:
                return BreakDeviceAsync(fault, Pick(fault, control: false));
            case FaultKind.RedisAway:
                return RedisAwayAsync(fault);
            default:
                _struck.Add(fault);
                return fleet.Store.HurtAsync(fault);
        }
    }

    private SiloSlot? Pick(Fault fault, bool control)
    {
        var whole = fleet.Whole(control).ToList();
        return whole.Count == 0 ? null : whole[fault.Choice % whole.Count];
    }

    private async Task LoseAsync(Fault fault, SiloSlot? slot, Action<SiloProcess> lose)
    {
        if (slot?.Silo is not { } silo) return;
        _struck.Add(fault);
        lose(silo);
        await Task.Delay(fault.Length);
        fleet.Start(slot);
        await silo.HasEndedAsync(GracePeriod);
    }

    private async Task DrainSeveralAsync(Fault fault)
    {
        var whole = fleet.Whole(control: false).Concat(fleet.Whole(control: true)).ToList();
        var count = Math.Min(2 + (fault.Choice % 2), whole.Count);
        var first = fault.Choice / 2;
        var victims = Enumerable.Range(0, count).Select(n => whole[(first + n) % whole.Count]);
        await Task.WhenAll(victims.Select(slot => LoseAsync(fault, slot, silo => silo.Drain())));
    }

    private async Task StopAsync(Fault fault, SiloSlot? slot)
    {
        if (slot?.Silo is not { } silo) return;
        _struck.Add(fault);
        silo.Stop();
        await Task.Delay(fault.Length);
        silo.Continue();
        // A zombie ends itself; until then, or where nobody declared it dead, it is a part of what is tested.
        if (await silo.HasEndedAsync(fault.Length)) fleet.Start(slot);
    }

    private async Task BreakDeviceAsync(Fault fault, SiloSlot? slot)
    {
        if (slot?.Silo is not { } silo) return;
        silo.Break(DeviceOrder.Of(fault));
        for (var waited = Stopwatch.StartNew(); !silo.IsDeviceBroken && !silo.HasExited; await Task.Delay(Look))
        {
            if (waited.Elapsed < Unasked && !ended.IsCancellationRequested) continue;
            // A device of which nothing is asked is not known to be broken; the next scenario must not inherit it.
            silo.Kill();
            return;
        }

        _struck.Add(fault);
        // Others may have been faster with all that it had: then it has nothing to publish, and no reason to look at its device.
        if (!await silo.HasEndedAsync(GracePeriod) && !silo.Says("Device cpu failed")) silo.Kill();
        await Task.Delay(fault.Length);
        fleet.Start(slot);
    }

    private async Task RedisAwayAsync(Fault fault)
    {
        _struck.Add(fault);
        await fleet.Redis.StopAsync();
        await Task.Delay(fault.Length);
        await fleet.Redis.StartAsync();
    }
}
