using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.TestingHost;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Images;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Fleet;
using ResPrune.Cluster.Hosting;
using ResPrune.Cluster.Workers;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>Silos with one fake engine each over one store.</summary>
internal sealed class TestFleet : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private TestFleet(InProcessTestCluster cluster, IBlobStore store, FakeEngine[] engines)
    {
        _cluster = cluster;
        Store = store;
        Engines = engines;
    }

    public IBlobStore Store { get; }

    public IReadOnlyList<FakeEngine> Engines { get; }

    public InProcessTestCluster Cluster => _cluster;

    public IGrainFactory Grains => _cluster.Client;

    /// <summary>Starts the silos; the engine at index n belongs to silo n. No engines: no workers, the test plays them.</summary>
    public static async Task<TestFleet> StartAsync(
        int silos, IBlobStore store, FakeEngine[] engines, Action<ISiloBuilder>? configure = null, TimeProvider? time = null)
    {
        var next = -1;
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((options, silo) =>
        {
            var index = Interlocked.Increment(ref next);
            silo.AddResPruneCluster();
            silo.Services.AddSingleton(store);
            silo.Services.AddSingleton<IImageRoots>(new StoreImageRoots(store));
            if (index < engines.Length)
                silo.Services.AddSingleton(new WorkerDevice("cpu", Task.FromResult<IVisionLanguageEngine>(engines[index])));
            if (time is not null) silo.Services.AddSingleton(time);
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
            MakeFast(silo);
            configure?.Invoke(silo);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new TestFleet(cluster, store, engines);
    }

    public IBatchGrain Coordinator(BatchId batch) => Grains.GetGrain<IBatchGrain>(batch.Value);

    public IGpuWorkerGrain Worker(int silo) => Grains.GetGrain<IGpuWorkerGrain>($"{_cluster.Silos[silo].Name}/cpu");

    public Task<BatchSnapshot> WaitForEndAsync(BatchId batch) => WaitForAsync(batch, snapshot => snapshot.IsTerminal);

    public async Task<BatchSnapshot> WaitForAsync(BatchId batch, Func<BatchSnapshot, bool> reached)
    {
        BatchSnapshot? last = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    last = await Coordinator(batch).GetSnapshotAsync(CancellationToken.None);
                }
                catch (Exception exception) when (exception is OrleansException or TimeoutException)
                {
                    // A silo was killed a moment ago; its grains come back elsewhere.
                    return false;
                }

                return reached(last);
            },
            () => $"{last?.Status} {last?.RowsDone}/{last?.Rows} rows, "
                + $"{last?.ShardsCommitted}/{last?.Shards} shards, {last?.ShardsLeased} leased, {last?.Problem}");
        return last!;
    }

    /// <summary>Waits until a worker, of whichever silo, is in a state.</summary>
    public async Task<GpuWorkerStatus> WaitForWorkerAsync(GpuWorkerState wanted)
    {
        GpuWorkerStatus[] all = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                all = await Task.WhenAll(Enumerable.Range(0, _cluster.Silos.Count).Select(silo => Worker(silo).GetStatusAsync(CancellationToken.None)));
                return all.Any(worker => worker.State == wanted);
            },
            () => $"no worker is {wanted}: {string.Join(", ", all.AsEnumerable())}");
        return all.First(worker => worker.State == wanted);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _cluster.GetActiveSilos().ToList()) silo.ServiceProvider.GetRequiredService<LocalGpuWorkers>().Dispose();
        await _cluster.DisposeAsync();
    }

    private static void MakeFast(ISiloBuilder silo)
    {
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = TimeSpan.FromMilliseconds(500);
            options.MinProbeTimeout = TimeSpan.FromMilliseconds(250);
            options.MaxProbeTimeout = TimeSpan.FromSeconds(1);
            options.NumMissedProbesLimit = 2;
            options.TableRefreshTimeout = TimeSpan.FromSeconds(1);
        });
        silo.Configure<GpuWorkerOptions>(options =>
        {
            options.ReportInterval = TimeSpan.FromMilliseconds(50);
            options.IdlePollInterval = TimeSpan.FromMilliseconds(50);
            options.DrainTimeout = TimeSpan.FromSeconds(5);
            options.BenchTime = TimeSpan.FromMilliseconds(300);
        });
        silo.Configure<BatchCoordinatorOptions>(options =>
        {
            options.LeaseDuration = TimeSpan.FromSeconds(3);
            options.SweepInterval = TimeSpan.FromMilliseconds(100);
        });
        // Quick, and as often as in earnest.
        var retry = new StoreRetryOptions { Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5) };
        silo.Services.AddSingleton(new ImageFetcherOptions { Retry = retry });
        silo.Configure<FleetOptions>(options => options.ResumeUnfinished = false);
    }
}
