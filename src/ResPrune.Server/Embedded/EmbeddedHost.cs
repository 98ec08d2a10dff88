using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ResPrune.Cluster.Workers;
using ResPrune.Inference.Engine;
using ResPrune.Server.Batches;
using ResPrune.Server.Metrics;

namespace ResPrune.Server.Embedded;

/// <summary>
/// The whole product in one process: an engine, one silo with every grain, and <c>/metrics</c> where asked for. Several may run side by
/// side
/// on one machine; they share nothing.
/// </summary>
public sealed class EmbeddedHost : IAsyncDisposable
{
    private readonly ServiceProvider _metering;
    private readonly IHost _silo;
    private readonly MetricsEndpoint? _metrics;
    private int _stopped;

    private EmbeddedHost(ServiceProvider metering, IHost silo, IVisionLanguageEngine engine, MetricsEndpoint? metrics, BatchClient batches)
    {
        _metering = metering;
        _silo = silo;
        _metrics = metrics;
        Engine = engine;
        Batches = batches;
    }

    /// <summary>The engine: what is loaded, and how busy it is.</summary>
    public IVisionLanguageEngine Engine { get; }

    /// <summary>Submits and watches batches.</summary>
    public BatchClient Batches { get; }

    /// <summary>The grains.</summary>
    public IGrainFactory Grains => _silo.Services.GetRequiredService<IGrainFactory>();

    /// <summary>
    /// Completes with the reason when the device does not compute rightly any more: nothing is answered from then on. What is committed stays; a new process
    /// goes on.
    /// </summary>
    public Task<string> DeviceFailed => _silo.Services.GetRequiredService<DeviceFailures>().First;

    /// <summary>Where metrics are served; null when they are not.</summary>
    public Uri? MetricsAddress => _metrics?.Address;

    /// <summary>Loads the engine while the silo starts; returns when both are ready.</summary>
    /// <exception cref="ModelLoadException">The checkpoint cannot be served.</exception>
    /// <exception cref="IOException">The metrics port is taken.</exception>
    public static async Task<EmbeddedHost> StartAsync(EmbeddedHostOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var metering = new ServiceCollection().AddMetrics().AddLogging(EmbeddedSilo.AddLogging).BuildServiceProvider();
        var meters = metering.GetRequiredService<IMeterFactory>();
        var instruments = new EngineInstruments(meters);
        BuildInformation.Publish(meters, "all");
        var logger = metering.GetRequiredService<ILoggerFactory>().CreateLogger<VisionLanguageEngine>();
        // The three start side by side; the slowest, loading the model, begins first and off this thread.
        var engine = Task.Run(() => options.LoadEngine(options.Engine, instruments, logger, failed.Token), CancellationToken.None);
        var metrics = options.MetricsPort is { } port
            ? MetricsEndpoint.StartAsync(IPAddress.Loopback, port, health: null, failed.Token)
            : Task.FromResult<MetricsEndpoint?>(null);
        var silo = EmbeddedSilo.StartAsync(options, meters, instruments, engine, failed.Token);
        try
        {
            await WhenAllOrFirstFailureAsync(engine, metrics, silo);
            var host = silo.Result;
            var batches = new BatchClient(options.Store, host.Services.GetRequiredService<IGrainFactory>(), TimeProvider.System);
            return new EmbeddedHost(metering, host, engine.Result, metrics.Result, batches);
        }
        catch
        {
            await failed.CancelAsync();
            await TakeDownAsync(silo, metrics, engine);
            await metering.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stops: the worker finishes or hands back its shards within <see cref="EmbeddedHostOptions.DrainTimeout"/>, then the silo, the
    /// metrics
    /// and the engine end. Whatever is not committed is done again by the next run. Repeatable.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return;
        try
        {
            await _silo.StopAsync(cancellationToken);
        }
        finally
        {
            _silo.Dispose();
            if (_metrics is not null) await _metrics.DisposeAsync();
            await Engine.DisposeAsync();
            await _metering.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private static async Task WhenAllOrFirstFailureAsync(params List<Task> starting)
    {
        while (starting.Count > 0)
        {
            var ready = await Task.WhenAny(starting);
            await ready;
            starting.Remove(ready);
        }
    }

    /// <summary>Takes down what did start when something else did not.</summary>
    private static async Task TakeDownAsync(Task<IHost> silo, Task<MetricsEndpoint?> metrics, Task<IVisionLanguageEngine> engine)
    {
        await Task.WhenAll(silo, metrics, engine).ContinueWith(static _ => { }, TaskScheduler.Default);
        if (silo.IsCompletedSuccessfully)
        {
            await silo.Result.StopAsync();
            silo.Result.Dispose();
        }

        if (metrics is { IsCompletedSuccessfully: true, Result: { } endpoint }) await endpoint.DisposeAsync();
        if (engine.IsCompletedSuccessfully) await engine.Result.DisposeAsync();
    }
}
