namespace ResPrune.Cluster.Placement;

/// <summary>"On exactly the silo named in the key": the device, and the model loaded on it, are there and nowhere else.</summary>
[Serializable]
[GenerateSerializer]
[Immutable]
[Alias("resprune.GpuPlacementStrategy")]
internal sealed class GpuPlacementStrategy : PlacementStrategy
{
    /// <summary>The strategy has no settings, so one instance serves.</summary>
    public static GpuPlacementStrategy Instance { get; } = new();
}
