using Orleans.Placement;

namespace ResPrune.Cluster.Placement;

/// <summary>Places a grain on the silo that its key names; the key must read as a <see cref="GpuWorkerKey"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class GpuPlacementAttribute() : PlacementAttribute(GpuPlacementStrategy.Instance);
