using Orleans.Concurrency;

namespace ResPrune.Cluster.Workers;

/// <summary>One device of one silo; the key is a <see cref="Placement.GpuWorkerKey"/> and the grain lives on exactly that silo.</summary>
[Alias("resprune.IGpuWorkerGrain")]
public interface IGpuWorkerGrain : IGrainWithStringKey
{
    /// <summary>Lets the worker pull work. Repeatable; returns at once.</summary>
    [Alias("Start")]
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Lets the worker pull no more work and finish or hand back what it has. Repeatable; returns at once, <see cref="GetStatusAsync"/>
    /// tells the rest.
    /// </summary>
    [Alias("Stop")]
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>There is work: ask for it now.</summary>
    [Alias("Wake")]
    [OneWay]
    Task WakeAsync();

    /// <summary>What the worker is doing.</summary>
    [Alias("GetStatus")]
    Task<GpuWorkerStatus> GetStatusAsync(CancellationToken cancellationToken);
}
