namespace ResPrune.Cluster.Hosting;

/// <summary>Which grains a silo hosts.</summary>
[Flags]
public enum SiloRole
{
    /// <summary>The coordinators of batches and the fleet grain.</summary>
    Control = 1,

    /// <summary>One worker for each device.</summary>
    Worker = 2,

    /// <summary>Both.</summary>
    All = Control | Worker,
}
