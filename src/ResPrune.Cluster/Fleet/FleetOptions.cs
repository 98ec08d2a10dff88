namespace ResPrune.Cluster.Fleet;

/// <summary>Settings of the fleet grain.</summary>
public sealed class FleetOptions
{
    /// <summary>
    /// Whether a new fleet grain looks for unfinished batches in the store, so that a fleet that lost all its silos goes on by itself.
    /// Default true. The embedded host sets false: it works on the batches it is given.
    /// </summary>
    public bool ResumeUnfinished { get; set; } = true;
}
