using Microsoft.Extensions.Logging;

namespace ResPrune.Cluster.Workers;

/// <summary>
/// Starts the workers of this silo when it is active, through their grains as anybody else would, and drains them before it leaves the
/// cluster.
/// </summary>
internal sealed partial class GpuWorkerLifecycle(LocalGpuWorkers workers, IGrainFactory grains, ILogger<GpuWorkerLifecycle> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private const int Tries = 5;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(GpuWorkerLifecycle), ServiceLifecycleStage.Active, StartAsync, workers.StopAsync);

    private Task StartAsync(CancellationToken cancellationToken)
    {
        // The silo's start must not wait for it, nor fail with it: a membership change at this moment makes placement fail and pass.
        _ = Task.Run(() => Task.WhenAll(workers.Keys.Select(key => StartWorkerAsync(key.ToString()))), CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task StartWorkerAsync(string key)
    {
        for (var retry = 1; ; retry++)
        {
            try
            {
                await grains.GetGrain<IGpuWorkerGrain>(key).StartAsync(CancellationToken.None);
                return;
            }
            catch (Exception exception) when (retry < Tries)
            {
                LogRetry(logger, key, exception.Message);
                await Task.Delay(TimeSpan.FromSeconds(retry));
            }
            catch (Exception exception)
            {
                LogNotStarted(logger, exception, key);
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "GPU worker {Worker} does not start yet: {Reason}")]
    private static partial void LogRetry(ILogger logger, string worker, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "GPU worker {Worker} could not be started.")]
    private static partial void LogNotStarted(ILogger logger, Exception exception, string worker);
}
