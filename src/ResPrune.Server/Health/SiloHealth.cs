using Microsoft.Extensions.Logging;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Workers;

namespace ResPrune.Server.Health;

/// <summary>
/// What a silo answers to whoever restarts it (live), sends it traffic (ready) or waits for it (startup). Every answer is the list of what is
/// wrong; an empty one is good.
/// </summary>
internal sealed partial class SiloHealth(
    IReadOnlyList<WorkerDevice> devices, IBlobStore store, TimeSpan wedgedAfter, ILogger<SiloHealth> logger)
{
    private static readonly TimeSpan StorageDeadline = TimeSpan.FromSeconds(3);

    private volatile ISiloStatusOracle? _membership;

    /// <summary>The silo has become a member of the cluster.</summary>
    public void Joined(ISiloStatusOracle membership) => _membership = membership;

    /// <summary>Fails when a device has work and has made no step for too long: only a new process helps.</summary>
    public IReadOnlyList<string> Live()
    {
        var wedged = new List<string>();
        foreach (var device in devices)
        {
            if (!device.Engine.IsCompletedSuccessfully) continue;
            var stalled = device.Engine.Result.Statistics.StalledSeconds;
            if (stalled <= wedgedAfter.TotalSeconds) continue;
            wedged.Add($"device {device.Name} has made no step for {stalled:0.#} s");
            LogWedged(logger, device.Name, stalled);
        }

        return wedged;
    }

    /// <summary>Fails until the model is loaded on every device and the silo has joined.</summary>
    public IReadOnlyList<string> Startup()
    {
        List<string> wrong =
        [
            .. devices.Where(device => !device.Engine.IsCompletedSuccessfully).Select(device => $"the model is not loaded on {device.Name}"),
        ];
        if (_membership is null) wrong.Add("the silo has not joined the cluster");
        return wrong;
    }

    /// <summary>Fails besides while the silo leaves the cluster and while the store does not answer.</summary>
    public async Task<IReadOnlyList<string>> ReadyAsync(CancellationToken cancellationToken)
    {
        var wrong = new List<string>(Startup());
        if (_membership is { CurrentStatus: not SiloStatus.Active and var status }) wrong.Add($"the silo is {status}");
        if (await StorageFaultAsync(cancellationToken) is { } fault) wrong.Add(fault);
        return wrong;
    }

    private async Task<string?> StorageFaultAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StorageDeadline);
        try
        {
            // There is no such blob; that the store says so is what counts.
            await store.ReadAsync("healthz", maxBytes: 1, deadline.Token).WaitAsync(deadline.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"the store has not answered within {StorageDeadline.TotalSeconds:0} s";
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return $"the store does not answer: {exception.Message}";
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Device {Device} hangs: it has work and has made no step for {Seconds:0.#} s. Health at /healthz/live fails until it goes on")]
    private static partial void LogWedged(ILogger logger, string device, double seconds);
}
