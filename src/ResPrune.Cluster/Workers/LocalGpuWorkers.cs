using Microsoft.Extensions.DependencyInjection;
using ResPrune.Cluster.Placement;

namespace ResPrune.Cluster.Workers;

/// <summary>The workers of this silo, one for each registered device.</summary>
internal sealed class LocalGpuWorkers : IDisposable
{
    private readonly Dictionary<string, GpuWorker> _workers = new(StringComparer.Ordinal);
    private readonly string _silo;

    public LocalGpuWorkers(IEnumerable<WorkerDevice> devices, ILocalSiloDetails silo, IServiceProvider services)
    {
        _silo = silo.Name;
        foreach (var device in devices)
        {
            var key = new GpuWorkerKey(_silo, device.Name);
            if (!_workers.TryAdd(device.Name, ActivatorUtilities.CreateInstance<GpuWorker>(services, key, device)))
                throw new InvalidOperationException($"Device '{device.Name}' is registered twice on silo '{_silo}'.");
        }

        if (_workers.Count > 0)
            services.GetRequiredService<WorkerInstruments>().ObserveWorkers(() => _workers.Values.Select(worker => worker.Status.State));
    }

    /// <summary>Completes with the reason at the first device that fails.</summary>
    public Task<string> DeviceFailure => field ??= FirstFailureAsync();

    /// <summary>Keys of the workers.</summary>
    public IEnumerable<GpuWorkerKey> Keys => _workers.Keys.Select(device => new GpuWorkerKey(_silo, device));

    /// <summary>The worker of a key.</summary>
    /// <exception cref="ArgumentException">This silo has no such device.</exception>
    public GpuWorker Get(GpuWorkerKey key) => key.Silo == _silo && _workers.TryGetValue(key.Device, out var worker)
        ? worker
        : throw new ArgumentException(
            $"Silo '{_silo}' has no worker '{key}'; its devices are: {string.Join(", ", _workers.Keys)}.", nameof(key));

    /// <summary>
    /// Stops all workers; ends when every shard is finished or handed back, or the token is cancelled and everything is abandoned.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var stopped = Task.WhenAll(_workers.Values.Select(worker => worker.StopAsync()));
        try
        {
            await stopped.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // No time is left to say anything to anybody: the leases run out.
            foreach (var worker in _workers.Values) worker.Abandon();
        }
    }

    private async Task<string> FirstFailureAsync() => _workers.Count == 0
        ? await new TaskCompletionSource<string>().Task
        : await await Task.WhenAny(_workers.Values.Select(worker => worker.DeviceFailure));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers.Values)
        {
            _ = worker.StopAsync();
            worker.Abandon();
        }
    }
}
