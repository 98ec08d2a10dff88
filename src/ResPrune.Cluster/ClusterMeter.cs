namespace ResPrune.Cluster;

/// <summary>The one meter of the product; the engine's instruments carry the same name.</summary>
public static class ClusterMeter
{
    /// <summary>Name to subscribe to.</summary>
    public const string Name = "ResPrune";
}
