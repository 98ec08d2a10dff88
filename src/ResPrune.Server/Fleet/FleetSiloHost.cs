using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Fleet;
using ResPrune.Cluster.Hosting;
using ResPrune.Cluster.Storage;
using ResPrune.Cluster.Workers;
using ResPrune.Server.Hosting;
using ResPrune.Server.Tls;

namespace ResPrune.Server.Fleet;

/// <summary>Composes the host of a silo.</summary>
internal static class FleetSiloHost
{
    /// <summary>Time beyond the workers' for the grains to deactivate and the silo to say good-bye.</summary>
    private static readonly TimeSpan Leaving = TimeSpan.FromSeconds(5);

    /// <summary>Time that a stop may take.</summary>
    public static TimeSpan StopLimit(FleetSiloSetup setup) => setup.Silo.DrainTimeout + Leaving;

    /// <summary>Builds the host, which holds its ports from then on.</summary>
    public static IHost Build(FleetSiloSetup setup, FleetSiloParts parts, SiloPorts ports)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(parts.Meters);
        builder.Services.AddSingleton(parts.Instruments);
        builder.Services.RemoveAll<IHostLifetime>();
        builder.Services.AddSingleton<IHostLifetime, CallerLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit(setup));
        FleetLogging.Configure(builder.Logging, setup.Configuration);
        builder.UseOrleans(silo =>
        {
            ConfigureCluster(silo, setup, parts, ports);
            silo.AddResPruneCluster(setup.Silo.Role);
            silo.Services.AddSingleton(parts.Store);
            silo.Services.AddSingleton(parts.Images);
            foreach (var device in parts.Engines.Devices) silo.Services.AddSingleton(device);
            Tune(silo, setup);
            silo.Services.AddHostedService<MembershipLog>();
            silo.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<ForgottenSilo>(services, setup.Fatal));
            silo.Services.Replace(ServiceDescriptor.Singleton<IFatalErrorHandler>(
                services => new EvictedSilo(services.GetRequiredService<ILocalSiloDetails>(), setup.Fatal)));
        });
        return new ClaimedHost(builder.Build(), ports);
    }

    private static void ConfigureCluster(ISiloBuilder silo, FleetSiloSetup setup, FleetSiloParts parts, SiloPorts ports)
    {
        var (fleet, options) = (setup.Fleet, setup.Silo);
        silo.Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = fleet.ClusterId;
            cluster.ServiceId = fleet.ServiceId;
        });
        silo.Configure<SiloOptions>(local => local.SiloName = options.Name);
        silo.UseRedisClustering(redis =>
        {
            redis.ConfigurationOptions = parts.Redis.Options;
            redis.CreateMultiplexer = _ => parts.Redis.ShareAsync();
        });
        silo.UseRedisReminderService(redis =>
        {
            redis.ConfigurationOptions = parts.Redis.Options;
            redis.CreateMultiplexer = _ => parts.Redis.ShareAsync();
        });
        if (parts.Tls is { } tls) silo.UseMutualTls(tls);
        silo.Configure<EndpointOptions>(endpoints =>
        {
            endpoints.AdvertisedIPAddress = parts.Address;
            endpoints.SiloPort = ports.Silo;
            endpoints.SiloListeningEndpoint = new IPEndPoint(parts.Listening, ports.Silo);
            endpoints.GatewayPort = ports.Gateway;
            if (ports.Gateway != 0) endpoints.GatewayListeningEndpoint = new IPEndPoint(parts.Listening, ports.Gateway);
        });
    }

    private static void Tune(ISiloBuilder silo, FleetSiloSetup setup)
    {
        var section = setup.Configuration.GetSection(FleetConfiguration.Section);
        silo.Configure<ClusterMembershipOptions>(FailureDetection);
        silo.Configure<BatchCoordinatorOptions>(coordinator =>
        {
            // Workers report twice a second; the death of a silo is seen without waiting for this.
            coordinator.LeaseDuration = TimeSpan.FromSeconds(20);
            coordinator.SweepInterval = TimeSpan.FromSeconds(1);
        });
        silo.Configure<FleetOptions>(fleet => fleet.Reminders = true);
        silo.Configure<GpuWorkerOptions>(worker =>
        {
            worker.RowsInFlight = (4 * setup.Silo.BatchSize) + FleetEngines.QueueCapacity(setup.Silo);
            worker.DrainTimeout = setup.Silo.FinishTimeout;
        });
        silo.Services.Configure<ClusterMembershipOptions>(section.GetSection("Membership"));
        silo.Services.Configure<BatchCoordinatorOptions>(section.GetSection("Coordinator"));
        silo.Services.Configure<GpuWorkerOptions>(section.GetSection("Worker"));
        silo.Services.Configure<StorageOptions>(section.GetSection("Storage"));
    }

    /// <summary>Measured: a killed silo is seen in about two seconds, one that hangs in six (defaults of Orleans: 12 and 62).</summary>
    private static void FailureDetection(ClusterMembershipOptions membership)
    {
        membership.ProbeTimeout = TimeSpan.FromSeconds(1);
        membership.MinProbeTimeout = TimeSpan.FromSeconds(0.5);
        // Orleans stretches the probes of a silo that it finds slow, by default to 20 s: this bounds how long a hang goes unseen.
        membership.MaxProbeTimeout = TimeSpan.FromSeconds(2);
        // Two evicted healthy silos on machines with four times the work they could do.
        membership.NumMissedProbesLimit = 3;
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        membership.DeathVoteExpirationTimeout = TimeSpan.FromSeconds(30);
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
        membership.MaxJoinAttemptTime = TimeSpan.FromMinutes(1);
    }
}
