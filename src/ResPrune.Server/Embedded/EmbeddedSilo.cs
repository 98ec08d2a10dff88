using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Orleans.Configuration;
using ResPrune.Cluster.Fleet;
using ResPrune.Cluster.Hosting;
using ResPrune.Cluster.Workers;
using ResPrune.Inference.Engine;
using ResPrune.Server.Hosting;
using ResPrune.Server.Tls;

namespace ResPrune.Server.Embedded;

/// <summary>Builds and starts the one silo of an embedded host: a cluster of its own that nobody else can join.</summary>
internal static class EmbeddedSilo
{
    private const int Tries = 5;

    /// <summary>Starts the silo. Another program may take the chosen port between the choice and the use; then another is chosen.</summary>
    public static async Task<IHost> StartAsync(
        EmbeddedHostOptions options,
        IMeterFactory meters,
        EngineInstruments instruments,
        Task<IVisionLanguageEngine> engine,
        CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var port = PortClaim.TakeFree(IPAddress.Loopback);
            var host = new ClaimedHost(Build(options, meters, instruments, engine, port.Port), port);
            try
            {
                await host.StartAsync(cancellationToken);
                return host;
            }
            catch (Exception exception) when (tries < Tries && PortClaim.WasTaken(exception))
            {
                host.Dispose();
            }
            catch
            {
                host.Dispose();
                throw;
            }
        }
    }

    private static IHost Build(
        EmbeddedHostOptions options, IMeterFactory meters, EngineInstruments instruments, Task<IVisionLanguageEngine> engine, int port)
    {
        // Empty: no configuration files, no environment, no watchers. It starts faster and the command line is the only source of settings.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(meters);
        builder.Services.AddSingleton(instruments);
        builder.Services.RemoveAll<IHostLifetime>();
        builder.Services.AddSingleton<IHostLifetime, CallerLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout + TimeSpan.FromSeconds(10));
        AddLogging(builder.Logging);
        builder.UseOrleans(silo =>
        {
            ConfigureCluster(silo, port);
            silo.AddResPruneCluster();
            silo.Services.AddSingleton(options.Store);
            silo.Services.AddSingleton(options.ImageRoots);
            silo.Services.AddSingleton(new WorkerDevice("local", engine));
            silo.Configure<FleetOptions>(fleet => fleet.ResumeUnfinished = false);
            silo.Configure<GpuWorkerOptions>(worker =>
            {
                // Enough to fill a micro-batch while the next ones are fetched, decoded and queued.
                worker.RowsInFlight = (4 * options.Engine.BatchSize) + options.Engine.QueueCapacity;
                worker.DrainTimeout = options.DrainTimeout;
            });
        });
        return builder.Build();
    }

    private static void ConfigureCluster(ISiloBuilder silo, int port)
    {
        // A cluster id of its own: a silo of another run that finds this port answers to another id and is refused.
        var cluster = $"resprune-{Guid.NewGuid():N}";
        // No gateway: the only client is this process.
        silo.UseLocalhostClustering(port, gatewayPort: 0, new IPEndPoint(IPAddress.Loopback, port), serviceId: "resprune", cluster);
        silo.Configure<SiloOptions>(options => options.SiloName = "embedded");
        // Any user of this machine can reach a loopback port; without a certificate that only this process has, none gets further.
        silo.UseMutualTls(TlsCredentials.MakeForThisProcess(TimeProvider.System, NullLogger.Instance));
    }

    /// <summary>Warnings and worse, to the error stream.</summary>
    public static void AddLogging(ILoggingBuilder logging)
    {
        logging.SetMinimumLevel(LogLevel.Warning);
        // One silo that starts, stops and is stopped while it starts, and an engine that may not load: the caller gets the exception.
        const string EngineLoading = "ResPrune.Cluster.Workers.GpuWorker";
        foreach (var category in (string[])["Orleans", "Microsoft.Orleans", "Microsoft.Extensions.Hosting", "Polly", EngineLoading])
            logging.AddFilter(category, LogLevel.Critical);
        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
