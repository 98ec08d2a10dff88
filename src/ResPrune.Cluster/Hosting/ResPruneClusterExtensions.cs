using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using ResPrune.Batch.Images;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Fleet;
using ResPrune.Cluster.Placement;
using ResPrune.Cluster.Storage;
using ResPrune.Cluster.Workers;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Hosting;

/// <summary>The one door of the cluster.</summary>
public static class ResPruneClusterExtensions
{
    /// <summary>
    /// Adds the grains, the placement of GPU workers and the workers themselves to a silo. The host chooses clustering, and registers an
    /// <see cref="IBlobStore"/> (batches and answers), an <see cref="IImageRoots"/> where not the local folders, and one
    /// <see cref="WorkerDevice"/> for each device. Adding it twice is harmless.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="role">
    /// Which grains it hosts. The others are unknown to this silo, so that nothing ever places one here: a coordinator does not come to live
    /// on a machine that is rented by the minute.
    /// </param>
    public static ISiloBuilder AddResPruneCluster(this ISiloBuilder silo, SiloRole role = SiloRole.All)
    {
        ArgumentNullException.ThrowIfNull(silo);
        if (silo.Services.Any(service => service.ServiceType == typeof(LocalGpuWorkers))) return silo;
        silo.AddPlacementDirector<GpuPlacementStrategy, GpuPlacementDirector>();
        silo.Configure<SiloMessagingOptions>(ConfigureMessaging);
        silo.Services.PostConfigure<GrainTypeOptions>(types => KeepGrainsOf(role, types));
        AddOptions(silo.Services);
        AddStorage(silo.Services);
        AddWorkers(silo.Services);
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddSingleton<BatchInstruments>();
        silo.Services.AddSingleton<CoordinatorTurns>();
        silo.Services.AddSingleton<DeadSilos>();
        return silo;
    }

    /// <summary>Every call here is short; whatever takes longer than this has gone wrong and is asked again.</summary>
    private static void ConfigureMessaging(SiloMessagingOptions options)
    {
        options.ResponseTimeout = TimeSpan.FromSeconds(30);
        options.SystemResponseTimeout = TimeSpan.FromSeconds(30);
        options.CancelRequestOnTimeout = true;
        // A turn that took so long holds up everything behind it; Orleans then gives the grain a new activation.
        options.MaxRequestProcessingTime = TimeSpan.FromMinutes(5);
    }

    private static void KeepGrainsOf(SiloRole role, GrainTypeOptions types)
    {
        if (!role.HasFlag(SiloRole.Control)) types.Classes.ExceptWith([typeof(BatchGrain), typeof(FleetGrain)]);
        if (!role.HasFlag(SiloRole.Worker)) types.Classes.Remove(typeof(GpuWorkerGrain));
    }

    private static void AddOptions(IServiceCollection services)
    {
        services.AddOptions<BatchCoordinatorOptions>().ValidateOnStart();
        services.AddOptions<GpuWorkerOptions>().ValidateOnStart();
        services.AddOptions<StorageOptions>().ValidateOnStart();
        services.AddOptions<FleetOptions>();
        services.AddSingleton<IValidateOptions<BatchCoordinatorOptions>, BatchCoordinatorOptionsValidator>();
        services.AddSingleton<IValidateOptions<GpuWorkerOptions>, GpuWorkerOptionsValidator>();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
    }

    private static void AddStorage(IServiceCollection services)
    {
        services.TryAddSingleton<IImageRoots, LocalImageRoots>();
        services.TryAddSingleton(new ImageFetcherOptions());
        services.AddSingleton<StorageInstruments>();
        services.AddSingleton<StoragePolicy>();
        services.AddSingleton<BatchStorage>();
    }

    private static void AddWorkers(IServiceCollection services)
    {
        services.TryAddSingleton<EngineInstruments>();
        services.AddSingleton<WorkerInstruments>();
        services.AddSingleton<BatchContexts>();
        services.AddSingleton<RowAnswerer>();
        services.AddSingleton<ShardAnswerer>();
        services.AddSingleton<ShardRunner>();
        services.AddSingleton<LocalGpuWorkers>();
        services.AddSingleton(provider => new DeviceFailures(provider.GetRequiredService<LocalGpuWorkers>()));
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, GpuWorkerLifecycle>();
    }
}
