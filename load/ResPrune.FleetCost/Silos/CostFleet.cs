using Azure.Storage.Blobs;
using ResPrune.Azurite;
using ResPrune.Batch.Storage;
using ResPrune.Chaos.Fleet;
using ResPrune.Server.Fleet;

namespace ResPrune.FleetCost.Silos;

/// <summary>Redis, a store and silos, all processes of their own, in a temporary folder that goes with them.</summary>
internal sealed class CostFleet : IAsyncDisposable
{
    private const string Container = "cost";

    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-fleet-cost-").FullName;
    private readonly RedisProcess _redis;
    private readonly List<SiloProcess> _silos = [];
    private AzuriteServer? _azurite;
    private FaultyProxy? _proxy;

    private CostFleet() => _redis = new RedisProcess(Path.Combine(_folder, "redis"));

    /// <summary>How clients find it.</summary>
    public FleetConnectionOptions Connection => new() { Store = Address, Redis = _redis.Address, StartTimeout = TimeSpan.FromMinutes(1) };

    /// <summary>Its store.</summary>
    public IBlobStore Store { get; private set; } = null!;

    private string Address { get; set; } = "";

    /// <summary>Starts Redis and the store.</summary>
    /// <param name="isContainer">Whether the store is a container of Azurite; else a folder.</param>
    /// <param name="isSlowable">Whether the silos reach the container through a proxy, for <see cref="SlowDown"/>.</param>
    public static async Task<CostFleet> StartAsync(bool isContainer, bool isSlowable = false)
    {
        var fleet = new CostFleet();
        await fleet._redis.StartAsync();
        if (isContainer)
        {
            var azurite = fleet._azurite = await AzuriteServer.StartNewAsync();
            // Silos inherit it.
            Environment.SetEnvironmentVariable(
                BlobStoresOptions.ConnectionStringVariable,
                isSlowable ? AzuriteServer.ConnectionStringThrough((fleet._proxy = new FaultyProxy(azurite.Port)).Port) : azurite.ConnectionString);
            await new BlobServiceClient(azurite.ConnectionString).CreateBlobContainerAsync(Container);
            fleet.Address = $"azure:{Container}";
            var stores = new BlobStores(new BlobStoresOptions { ConnectionString = azurite.ConnectionString });
            fleet.Store = await stores.OpenAsync(BlobAddress.Parse(fleet.Address), CancellationToken.None);
        }
        else
        {
            fleet.Address = Path.Combine(fleet._folder, "store");
            fleet.Store = LocalFolderBlobStore.OpenOrCreate(fleet.Address);
        }

        return fleet;
    }

    /// <summary>From now on every request of the silos reaches the container so much later; those of this process do not.</summary>
    public void SlowDown(TimeSpan latency)
    {
        var proxy = _proxy ?? throw new InvalidOperationException("Only a container can be slow.");
        proxy.Lateness = latency;
        proxy.Decide = (_, _) => latency > TimeSpan.Zero ? StorageFault.Late : StorageFault.None;
    }

    /// <summary>Starts silos side by side.</summary>
    public async Task<IReadOnlyList<SiloProcess>> AddAsync(IEnumerable<SiloSettings> settings)
    {
        var silos = await Task.WhenAll(settings.Select(silo => SiloProcess.StartAsync(silo with { Store = Address, Redis = _redis.Address })));
        _silos.AddRange(silos);
        return silos;
    }

    /// <summary>Settings of a silo; where store and Redis are is filled in.</summary>
    public static SiloSettings Silo(string name, bool isControl) => new() { Name = name, IsControl = isControl, Store = "", Redis = "" };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos) await silo.DisposeAsync();
        await _redis.DisposeAsync();
        if (_proxy is not null) await _proxy.DisposeAsync();
        if (_azurite is not null) await _azurite.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
