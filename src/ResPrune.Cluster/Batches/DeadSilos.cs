namespace ResPrune.Cluster.Batches;

/// <summary>Which workers went down with their silo, so that their shards need not wait for the end of the lease.</summary>
internal sealed class DeadSilos(IClusterMembershipService membership)
{
    /// <summary>Another one whenever a silo came, went or was declared dead.</summary>
    public MembershipVersion Version => membership.CurrentSnapshot.Version;

    /// <summary>Whether the cluster has declared the worker's silo dead. A silo that nobody has ever seen is not dead.</summary>
    public bool Hosted(string worker)
    {
        var silo = worker[..Math.Max(0, worker.LastIndexOf('/'))];
        var dead = false;
        foreach (var member in membership.CurrentSnapshot.Members.Values)
        {
            if (!string.Equals(member.Name, silo, StringComparison.Ordinal)) continue;
            // A silo that is back under its name reports for the shards that it holds.
            if (member.Status != SiloStatus.Dead) return false;
            dead = true;
        }

        return dead;
    }
}
