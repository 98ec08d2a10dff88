using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.TestingHost;
using ResPrune.Batch.Images;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Hosting;
using ResPrune.Cluster.Workers;
using ResPrune.FleetSimulator.Machines;
using ResPrune.FleetSimulator.Network;
using ResPrune.FleetSimulator.Storage;
using ResPrune.Inference.Engine;

namespace ResPrune.FleetSimulator.Running;

/// <summary>
/// The silos, in one process. The grains and workers live in simulated time; the membership of the silos, and Orleans' own timers, in real
/// time, and nobody is declared dead but by <see cref="DeclareDeadAsync"/>.
/// </summary>
internal sealed class SimulatedFleet : IAsyncDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);
    private static readonly string[] RealClocks =
    [
        TimeProviderNames.Messaging, TimeProviderNames.SystemTimers, TimeProviderNames.Membership,
        TimeProviderNames.ActivationManagement, TimeProviderNames.GrainDirectory,
    ];

    private readonly Lock _lock = new();
    private readonly World _world;
    private readonly InProcessTestCluster _cluster;
    private readonly Dictionary<int, Machine> _machines = [];
    private readonly Dictionary<int, InProcessSiloHandle> _silos = [];
    private int _last;

    private SimulatedFleet(World world)
    {
        _world = world;
        _last = world.Options.Control + world.Options.Silos - 1;
        var builder = new InProcessTestClusterBuilder((short)(_last + 1));
        builder.Options.AssumeHomogenousSilosForTesting = false;
        builder.Options.ConfigureFileLogging = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.ConfigureSilo((options, silo) => Configure(silo, NumberOf(options.SiloName)));
        _cluster = builder.Build();
    }

    /// <summary>Every machine there ever was.</summary>
    public IReadOnlyList<Machine> Machines
    {
        get
        {
            lock (_lock) return [.. _machines.Values];
        }
    }

    /// <summary>Grains, asked from a control silo.</summary>
    public IGrainFactory Grains => Control.GetRequiredService<IGrainFactory>();

    private IServiceProvider Control => _silos[0].ServiceProvider;

    /// <summary>Starts the first silos.</summary>
    public static async Task<SimulatedFleet> StartAsync(World world)
    {
        var fleet = new SimulatedFleet(world);
        // Four at a time, the control silo first: starting needs the host's cores, and hundreds at once need them for long.
        await fleet.StartSiloAsync(0);
        await Parallel.ForEachAsync(
            Enumerable.Range(1, fleet._last), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, _) => await fleet.StartSiloAsync(number));
        return fleet;
    }

    /// <summary>Starts one more worker silo; returns its number.</summary>
    public async Task<int> StartAnotherAsync()
    {
        var number = Interlocked.Increment(ref _last);
        await StartSiloAsync(number);
        return number;
    }

    /// <summary>The machine of a silo.</summary>
    public Machine MachineOf(int number)
    {
        lock (_lock) return _machines[number];
    }

    /// <summary>Takes a killed silo out of the cluster; returns when every other silo knows it.</summary>
    public async Task DeclareDeadAsync(int number)
    {
        InProcessSiloHandle silo;
        lock (_lock)
        {
            _silos.Remove(number, out silo!);
        }

        await _cluster.KillSiloAsync(silo);
        await Control.GetRequiredService<IClusterMembershipService>().TryKill(silo.SiloAddress);
        List<IClusterMembershipService> others;
        lock (_lock) others = [.. _silos.Values.Select(other => other.ServiceProvider.GetRequiredService<IClusterMembershipService>())];
        while (others.Any(other => other.CurrentSnapshot.GetSiloStatus(silo.SiloAddress) != SiloStatus.Dead)) await Task.Delay(10);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private static int NumberOf(string silo) => int.Parse(silo.AsSpan(silo.LastIndexOf('_') + 1), CultureInfo.InvariantCulture);

    private async Task StartSiloAsync(int number)
    {
        var silo = await _cluster.StartSiloAsync(number, _cluster.Options);
        lock (_lock) _silos[number] = silo;
    }

    private void Configure(ISiloBuilder silo, int number)
    {
        var machine = new Machine(_world, number);
        lock (_lock) _machines[number] = machine;
        silo.AddResPruneCluster(machine.Role);
        silo.Services.AddSingleton<TimeProvider>(_world.Time);
        foreach (var clock in RealClocks) silo.Services.AddKeyedSingleton(clock, TimeProvider.System);
        var store = new MachineStore(machine);
        silo.Services.AddSingleton<IBlobStore>(store);
        silo.Services.AddSingleton<IImageRoots>(store);
        for (var device = 0; device < machine.Devices.Count; device++)
            silo.Services.AddSingleton(new WorkerDevice($"cuda:{device}", Task.FromResult<IVisionLanguageEngine>(machine.Devices[device])));
        silo.AddOutgoingGrainCallFilter(new OutgoingCalls(machine));
        silo.AddIncomingGrainCallFilter(new IncomingCalls(machine));
        silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
        KeepQuiet(silo);
    }

    /// <summary>Nothing of Orleans' own that grows with the square of the silos, and no timeouts of a host that is busy.</summary>
    private static void KeepQuiet(ISiloBuilder silo)
    {
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.LivenessEnabled = false;
            options.ProbeTimeout = options.MinProbeTimeout = options.MaxProbeTimeout = Never;
            // A silo that joins asks all others whether they hear it, which a busy host answers late.
            options.MaxJoinAttemptTime = Never;
            options.TableRefreshTimeout = TimeSpan.FromMinutes(5);
            options.IAmAliveTablePublishTimeout = TimeSpan.FromMinutes(5);
        });
        silo.Configure<DeploymentLoadPublisherOptions>(options => options.DeploymentLoadPublisherRefreshTime = TimeSpan.Zero);
        silo.Configure<SiloMessagingOptions>(options =>
        {
            options.ResponseTimeout = TimeSpan.FromMinutes(10);
            options.SystemResponseTimeout = TimeSpan.FromMinutes(10);
            options.MaxRequestProcessingTime = Never;
        });
    }
}
