using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ResPrune.Cluster.Workers;
using ResPrune.Inference.Engine;
using ResPrune.Server.Health;
using ResPrune.Server.Hosting;
using ResPrune.Server.Metrics;
using ResPrune.Server.Tls;
using ResPrune.Server.Tracing;

namespace ResPrune.Server.Fleet;

/// <summary>
/// One process of a fleet. It joins when everything it needs is there (the store, Redis, its name, the model on its devices), so a silo that
/// cannot work is never seen by the others.
/// </summary>
public sealed class FleetSilo : IAsyncDisposable
{
    private const int Tries = 5;

    private readonly Stack<IAsyncDisposable> _parts;
    private readonly IHost _host;
    private readonly TimeSpan _stopLimit;
    private int _stopped;

    private FleetSilo(FleetSiloFacts facts, IHost host, Stack<IAsyncDisposable> parts, Task ended, TimeSpan stopLimit)
    {
        _stopLimit = stopLimit;
        Facts = facts;
        _host = host;
        DeviceFailed = host.Services.GetRequiredService<DeviceFailures>().First;
        _parts = parts;
        Ended = ended;
    }

    /// <summary>Loads the silo's model on each device.</summary>
    public static EngineLoader ModelEngines => FleetEngines.LoadModelAsync;

    /// <summary>Name, addresses and devices.</summary>
    public FleetSiloFacts Facts { get; }

    /// <summary>Completes when the silo cannot go on: another one has taken its name.</summary>
    public Task Ended { get; }

    /// <summary>
    /// Completes with the reason when a device does not compute rightly any more. The silo is to be stopped, which hands back what it has, and the process
    /// to end: only a new one may try the device again.
    /// </summary>
    public Task<string> DeviceFailed { get; }

    /// <summary>Starts a silo; returns when it is a member of the cluster.</summary>
    /// <param name="configuration">The settings; see <see cref="FleetConfiguration"/>.</param>
    /// <param name="fatal">
    /// Ends the process at once with the message it is given: the cluster has declared this silo dead. Must not return.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FleetStartException">A setting is wrong, or Redis, the store, the name or a port cannot be had.</exception>
    /// <exception cref="ModelLoadException">The checkpoint cannot be served.</exception>
    public static Task<FleetSilo> StartAsync(IConfiguration configuration, Action<string> fatal, CancellationToken cancellationToken) =>
        StartAsync(configuration, ModelEngines, fatal, cancellationToken);

    /// <summary>The same with engines of the caller's own; they need no model.</summary>
    /// <param name="configuration">The settings; see <see cref="FleetConfiguration"/>.</param>
    /// <param name="engines">Makes the engine of each device.</param>
    /// <param name="fatal">
    /// Ends the process at once with the message it is given: the cluster has declared this silo dead. Must not return.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FleetStartException">A setting is wrong, or Redis, the store, the name or a port cannot be had.</exception>
    public static async Task<FleetSilo> StartAsync(
        IConfiguration configuration, EngineLoader engines, Action<string> fatal, CancellationToken cancellationToken)
    {
        var setup = new FleetSiloSetup
        {
            Engines = engines,
            Configuration = configuration,
            Fleet = FleetConfiguration.Connection(configuration),
            Silo = FleetConfiguration.Silo(configuration),
            Fatal = fatal,
        };
        // Taken down in the reverse order, also when the start fails half-way.
        var parts = new Stack<IAsyncDisposable>();
        try
        {
            return await StartAsync(setup, parts, cancellationToken);
        }
        catch
        {
            await DisposeAsync(parts);
            throw;
        }
    }

    /// <summary>
    /// Drains: the workers pull no more, finish their shards or hand them back, the silo leaves the cluster. Takes at most
    /// <see cref="FleetSiloOptions.DrainTimeout"/> and a little. Repeatable.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return;
        try
        {
            // Orleans leaves without heeding its deadline when those it would say good-bye to leave at the same moment.
            await _host.StopAsync(cancellationToken).WaitAsync(_stopLimit, CancellationToken.None);
            await DisposeAsync(_parts).WaitAsync(_stopLimit, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // Its work is finished or handed back; that it is gone the others see when the process ends.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private static async Task<FleetSilo> StartAsync(FleetSiloSetup setup, Stack<IAsyncDisposable> parts, CancellationToken cancellationToken)
    {
        var (fleet, options) = (setup.Fleet, setup.Silo);
        if (TraceExport.Start(options.Name) is { } traces) parts.Push(traces);
        var store = await FleetStore.OpenAsync(fleet.Store, cancellationToken);
        var images = FleetStore.ImagesOf(store, setup);
        var metering = new ServiceCollection().AddMetrics()
            .AddLogging(logging => FleetLogging.Configure(logging, setup.Configuration)).BuildServiceProvider();
        parts.Push(metering);
        var logging = metering.GetRequiredService<ILoggerFactory>();
        var meters = metering.GetRequiredService<IMeterFactory>();
        var tls = fleet.OpenTls(logging.CreateLogger<TlsCredentials>());
        var address = SiloAddresses.Advertised(fleet, options);
        var listening = SiloAddresses.Listening(options, address);
        var instruments = new EngineInstruments(meters);
        BuildInformation.Publish(meters, options.Role.ToString().ToLowerInvariant());
        // Loading takes longest: it goes on while Redis is looked for.
        var engines = FleetEngines.Load(setup, instruments, logging.CreateLogger<VisionLanguageEngine>(), cancellationToken);
        parts.Push(engines);
        // Served from now on: who starts this silo sees that it is loading and not hung.
        var health = new SiloHealth(engines.Devices, store, options.WedgedAfter, logging.CreateLogger<SiloHealth>());
        var metrics = await StartMetricsAsync(setup, listening, health, cancellationToken);
        if (metrics is not null) parts.Push(metrics);
        var redis = await RedisConnection.ConnectAsync(
            fleet.Redis, fleet.StartTimeout, logging.CreateLogger<RedisConnection>(), cancellationToken);
        parts.Push(redis);
        var name = await redis.JoinAsync(
            token => SiloNameClaim.TakeAsync(redis.Multiplexer, fleet, options.Name, logging.CreateLogger<SiloNameClaim>(), token),
            fleet.StartTimeout,
            cancellationToken);
        parts.Push(name);
        await engines.WhenLoadedAsync(cancellationToken);
        var shared = new FleetSiloParts(store, images, redis, engines, meters, instruments, address, listening, tls);
        var host = await redis.JoinAsync(token => StartHostAsync(setup, shared, token), fleet.StartTimeout, cancellationToken);
        parts.Push(new DisposedHost(host));
        health.Joined(host.Services.GetRequiredService<ISiloStatusOracle>());
        return new FleetSilo(FleetSiloFacts.Of(setup, host, engines, metrics?.Address), host, parts, name.Lost, FleetSiloHost.StopLimit(setup));
    }

    private static async Task<MetricsEndpoint?> StartMetricsAsync(
        FleetSiloSetup setup, IPAddress listening, SiloHealth health, CancellationToken cancellationToken)
    {
        if (setup.Silo.MetricsPort is not { } port) return null;
        try
        {
            return await MetricsEndpoint.StartAsync(listening, port, health, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw new FleetStartException($"--metrics-port {port} cannot be used at {listening}: {exception.Message}", exception);
        }
    }

    /// <summary>A free port may be taken by another program between the choice and the use; then another is chosen.</summary>
    private static async Task<IHost> StartHostAsync(FleetSiloSetup setup, FleetSiloParts parts, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            // The ports, then the host that holds them.
            IDisposable? held = null;
            try
            {
                var ports = SiloPorts.Take(setup.Silo, parts.Listening);
                held = ports;
                var host = FleetSiloHost.Build(setup, parts, ports);
                held = host;
                await host.StartAsync(cancellationToken);
                return host;
            }
            catch (Exception exception) when (PortClaim.IsNotOfThisMachine(exception))
            {
                held?.Dispose();
                throw new FleetStartException(
                    $"{parts.Listening} is no address of this machine, so the silo cannot listen there. Where others reach it through another address "
                    + "(port forwarding, a load balancer), give --listen any or an address of the machine.",
                    exception);
            }
            catch (Exception exception) when (PortClaim.WasTaken(exception))
            {
                held?.Dispose();
                if (tries < Tries && setup.Silo is not ({ SiloPort: not null } or { GatewayPort: not null })) continue;
                throw new FleetStartException($"--silo-port or --gateway-port cannot be used: {exception.GetBaseException().Message}", exception);
            }
            catch
            {
                held?.Dispose();
                throw;
            }
        }
    }

    private static async Task DisposeAsync(Stack<IAsyncDisposable> parts)
    {
        while (parts.TryPop(out var part)) await part.DisposeAsync();
    }
}
