using Microsoft.Extensions.Logging;
using ResPrune.Cluster.Hosting;
using ResPrune.Cluster.Workers;
using ResPrune.Inference.Engine;

namespace ResPrune.Server.Fleet;

/// <summary>The engines of a silo, one for each device; none on a control silo.</summary>
internal sealed class FleetEngines : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;

    private FleetEngines(IReadOnlyList<WorkerDevice> devices, CancellationTokenSource stop)
    {
        Devices = devices;
        _stop = stop;
    }

    /// <summary>The devices, perhaps still loading.</summary>
    public IReadOnlyList<WorkerDevice> Devices { get; }

    /// <summary>Begins to load.</summary>
    /// <exception cref="FleetStartException">There is no model, or a device is named twice.</exception>
    /// <exception cref="ModelLoadException">A device is not there.</exception>
    public static FleetEngines Load(FleetSiloSetup setup, EngineInstruments instruments, ILogger logger, CancellationToken cancellationToken)
    {
        var options = setup.Silo;
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (!options.Role.HasFlag(SiloRole.Worker)) return new FleetEngines([], stop);
        if (setup.Engines == LoadModelAsync && string.IsNullOrEmpty(options.Model))
            throw new FleetStartException("A silo with workers needs a model folder: give --model DIR.");
        var names = DevicesOf(options.Device);
        return new FleetEngines([.. names.Select(name => new WorkerDevice(name, setup.Engines(name, options, instruments, logger, stop.Token)))], stop);
    }

    /// <summary>The engine that serves the silo's model.</summary>
    /// <exception cref="ModelLoadException">The checkpoint cannot be served.</exception>
    public static Task<IVisionLanguageEngine> LoadModelAsync(
        string device, FleetSiloOptions options, EngineInstruments instruments, ILogger logger, CancellationToken cancellationToken)
    {
        var engine = new EngineOptions
        {
            ModelDirectory = options.Model!,
            Device = device,
            DType = options.DType,
            BatchSize = options.BatchSize,
            QueueCapacity = QueueCapacity(options),
            ImageMemoryMebibytes = options.ImageMemoryMebibytes,
        };
        return Task.Run<IVisionLanguageEngine>(
            async () => await VisionLanguageEngine.LoadAsync(engine, instruments, logger, cancellationToken), CancellationToken.None);
    }

    /// <summary>Returns when every engine is loaded.</summary>
    /// <exception cref="ModelLoadException">The checkpoint cannot be served.</exception>
    public async Task WhenLoadedAsync(CancellationToken cancellationToken)
    {
        // Not WhenAll: the first failure ends the wait for the others.
        await foreach (var loaded in Task.WhenEach(Devices.Select(device => device.Engine)).WithCancellation(cancellationToken)) await loaded;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var device in Devices)
        {
            await ((Task)device.Engine).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (device.Engine.IsCompletedSuccessfully) await device.Engine.Result.DisposeAsync();
        }

        _stop.Dispose();
    }

    private static IReadOnlyList<string> DevicesOf(string text)
    {
        if (text == "auto") return EngineDevices.All();
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0) throw new FleetStartException("--device names no device: use auto, cpu or cuda:0,cuda:1.");
        return names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? names
            : throw new FleetStartException($"--device '{text}' names a device twice; one worker owns a device.");
    }

    /// <summary>Requests that may wait for the device: enough for the next micro-batches.</summary>
    internal static int QueueCapacity(FleetSiloOptions options) => Math.Max(32, 4 * options.BatchSize);
}
