namespace ResPrune.Cluster.Workers;

/// <summary>
/// Tells the host that a device of this silo does not compute rightly any more. Only a new process may try it again, so the host should stop the silo, which
/// hands back what the other devices hold, and end.
/// </summary>
public sealed class DeviceFailures
{
    private readonly LocalGpuWorkers _workers;

    internal DeviceFailures(LocalGpuWorkers workers) => _workers = workers;

    /// <summary>Completes with the reason at the first device that fails; never on a silo without workers.</summary>
    public Task<string> First => _workers.DeviceFailure;
}
