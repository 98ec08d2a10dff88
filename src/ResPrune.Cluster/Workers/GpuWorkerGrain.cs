using Orleans.Placement;
using ResPrune.Cluster.Placement;

namespace ResPrune.Cluster.Workers;

/// <summary>
/// (5) The cluster's handle of one device. Holds nothing: the loop it starts and stops belongs to the silo, so that a collected or doubled
/// activation does no harm. Never moved, because the device cannot move with it.
/// </summary>
[GrainType("resprune.gpuworker")]
[GpuPlacement]
[Immovable(ImmovableKind.Any)]
internal sealed class GpuWorkerGrain(LocalGpuWorkers workers) : Grain, IGpuWorkerGrain
{
    private GpuWorker Worker => workers.Get(GpuWorkerKey.Parse(this.GetPrimaryKeyString()));

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Worker.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _ = Worker.StopAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync()
    {
        Worker.Wake();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<GpuWorkerStatus> GetStatusAsync(CancellationToken cancellationToken) => Task.FromResult(Worker.Status);
}
