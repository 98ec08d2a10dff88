using Orleans.Runtime.Placement;

namespace ResPrune.Cluster.Placement;

/// <summary>
/// Resolves the silo name of a <see cref="GpuWorkerKey"/> to the address that carries this name now. A key naming no active silo is an
/// error and never falls back to another silo: a worker without its device would only take leases and fail them.
/// </summary>
internal sealed class GpuPlacementDirector(IClusterMembershipService membership) : IPlacementDirector
{
    /// <inheritdoc/>
    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var key = GpuWorkerKey.Parse(target.GrainIdentity.Key.ToString()!);
        var address = Find(key.Silo);
        if (address is null)
        {
            // The silo may have joined a moment ago: look at the membership table itself before giving up.
            await membership.Refresh(default, CancellationToken.None);
            address = Find(key.Silo) ?? throw NoSuchSilo(key);
        }

        if (Array.IndexOf(context.GetCompatibleSilos(target), address) < 0)
            throw new GpuPlacementException($"Silo '{key.Silo}' of worker '{key}' is active but does not host the GPU worker grain.");

        return address;
    }

    private SiloAddress? Find(string name)
    {
        SiloAddress? found = null;
        foreach (var member in membership.CurrentSnapshot.Members.Values)
        {
            if (member.Status != SiloStatus.Active || !string.Equals(member.Name, name, StringComparison.Ordinal)) continue;
            // A restarted silo keeps its name; until the old entry is declared dead both look active, and the later one is alive.
            if (found is null || member.SiloAddress.Generation > found.Generation) found = member.SiloAddress;
        }

        return found;
    }

    private GpuPlacementException NoSuchSilo(GpuWorkerKey key)
    {
        var active = membership.CurrentSnapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active)
            .Select(member => member.Name)
            .Order(StringComparer.Ordinal);
        return new GpuPlacementException(
            $"No active silo is named '{key.Silo}', so GPU worker '{key}' cannot run. Active silos: {string.Join(", ", active)}.");
    }
}
