using Microsoft.Extensions.Logging;

namespace ResPrune.Cluster.Workers;

/// <summary>
/// Starts the workers of this silo when it is active, through their grains as anybody else would, and drains them before it leaves the
/// cluster.
/// </summary>
internal sealed partial class GpuWorkerLifecycle(LocalGpuWorkers workers, IGrainFactory grains, ILogger<GpuWorkerLifecycle> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(GpuWorkerLifecycle), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private Task StartAsync(CancellationToken cancellationToken)
    {
        // The silo's start must not wait for it, nor fail with it: a membership change at this moment makes placement fail and pass.
        _ = Task.Run(() => Task.WhenAll(workers.Keys.Select(key => StartWorkerAsync(key.ToString()))), CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await workers.StopAsync(cancellationToken);
    }

    /// <summary>However long it takes: a silo that is a member and pulls no work would be paid for and do nothing.</summary>
    private async Task StartWorkerAsync(string key)
    {
        for (var pause = TimeSpan.FromSeconds(1); !_stopping.IsCancellationRequested; pause = pause * 2 < MaxPause ? pause * 2 : MaxPause)
        {
            try
            {
                await grains.GetGrain<IGpuWorkerGrain>(key).StartAsync(_stopping.Token);
                return;
            }
            catch (Exception exception)
            {
                LogRetry(logger, key, exception.Message);
            }

            await Task.Delay(pause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "GPU worker {Worker} does not start yet: {Reason}")]
    private static partial void LogRetry(ILogger logger, string worker, string reason);
}
