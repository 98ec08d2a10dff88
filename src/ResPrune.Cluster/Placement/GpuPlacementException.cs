namespace ResPrune.Cluster.Placement;

/// <summary>A GPU worker cannot be placed: its key names no silo that is active and hosts workers.</summary>
[GenerateSerializer]
[Alias("resprune.GpuPlacementException")]
public sealed class GpuPlacementException : OrleansException
{
    /// <summary>Creates the exception.</summary>
    public GpuPlacementException(string message)
        : base(message)
    {
    }
}
