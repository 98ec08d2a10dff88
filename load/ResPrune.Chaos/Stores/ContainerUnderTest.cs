using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using ResPrune.Azurite;
using ResPrune.Batch.Storage;
using ResPrune.Chaos.Faults;

namespace ResPrune.Chaos.Stores;

/// <summary>A container of Azurite; silos reach it through a proxy that fails as it is told.</summary>
internal sealed class ContainerUnderTest : StoreUnderTest
{
    private const string Container = "chaos";
    private const string AbsentContainer = "azure:chaos-absent";
    private const string CreateOnly = "If-None-Match:";

    private readonly AzuriteServer _server;
    private readonly FaultyProxy _proxy;
    private readonly CommitLog _commits = new();
    private readonly Lock _lock = new();
    private readonly List<Func<string, string, StorageFault>> _active = [];

    private ContainerUnderTest(AzuriteServer server, IBlobStore direct, bool breakCommits)
    {
        _server = server;
        Direct = direct;
        _proxy = new FaultyProxy(server.Port) { Decide = Decide, CarriedOut = _commits.Note };
        if (breakCommits) _proxy.Rewrite = WithoutCreateOnly;
        // A signature over the account instead of over each request: the proxy may change requests.
        Environment = new Dictionary<string, string>
        {
            [BlobStoresOptions.ConnectionStringVariable] = Signed(_proxy.Port),
            // Allowed, so that it is looked for.
            ["RESPRUNE__IMAGES__CONTAINERS__0"] = AbsentContainer,
        };
    }

    public override string Address => $"azure:{Container}";

    public override IReadOnlyDictionary<string, string> Environment { get; }

    public override IBlobStore Direct { get; }

    public override IReadOnlyList<string> ClosedImageRoots { get; } = [ForeignContainer, AbsentContainer];

    /// <summary>Starts a service with an empty container.</summary>
    /// <param name="breakCommits">Whether a commit record is taken although there is one: what must not be.</param>
    public static async Task<ContainerUnderTest> CreateAsync(bool breakCommits)
    {
        var server = await AzuriteServer.StartNewAsync();
        await new BlobServiceClient(server.ConnectionString).CreateBlobContainerAsync(Container);
        // Also what this process's own client of the fleet finds.
        System.Environment.SetEnvironmentVariable(BlobStoresOptions.ConnectionStringVariable, server.ConnectionString);
        var impatient = new AzureBlobStoreOptions { Retry = new StoreRetryOptions { Retries = 0 }, NetworkTimeout = TimeSpan.FromSeconds(20) };
        var stores = new BlobStores(new BlobStoresOptions { ConnectionString = server.ConnectionString, Azure = impatient });
        return new ContainerUnderTest(server, await stores.OpenAsync(BlobAddress.Parse($"azure:{Container}"), CancellationToken.None), breakCommits);
    }

    public override async Task HurtAsync(Fault fault)
    {
        if (fault.Kind == FaultKind.StoreAway)
        {
            await _server.StopAsync();
            await Task.Delay(fault.Length);
            await _server.StartAsync();
            return;
        }

        var decide = Misbehaviour(fault);
        lock (_lock) _active.Add(decide);
        await Task.Delay(fault.Length);
        lock (_lock) _active.Remove(decide);
    }

    public override IReadOnlyList<string> Complaints() => _commits.TakeDuplicates();

    public override async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    private Func<string, string, StorageFault> Misbehaviour(Fault fault)
    {
        var random = new Random(fault.Choice);
        // Longer than a lost silo stays unseen, so that its shard is another's when the record arrives. Not all of them: the next faults wait
        // for commits, and are to strike while some are on their way.
        if (fault.Kind == FaultKind.CommitsLate) _proxy.Lateness = TimeSpan.FromSeconds(6);
        return (method, target) => fault.Kind switch
        {
            FaultKind.RepliesLost => method == "PUT" && Draws(random, 0.5) ? StorageFault.LoseReply : StorageFault.None,
            FaultKind.StoreBusy => Draws(random, 0.7) ? Draws(random, 0.5) ? StorageFault.Busy : StorageFault.Throttled : StorageFault.None,
            FaultKind.StoreSilent => Draws(random, 0.1) ? StorageFault.Silence : StorageFault.None,
            FaultKind.CommitsLate => CommitLog.IsCommit(method, target) && Draws(random, 0.4) ? StorageFault.Late : StorageFault.None,
            _ => throw new InvalidOperationException($"{fault.Kind} cannot happen to a container."),
        };
    }

    // Under the lock: requests come on many threads.
    private StorageFault Decide(string method, string target)
    {
        lock (_lock)
        {
            return _active.Select(decide => decide(method, target)).FirstOrDefault(fault => fault != StorageFault.None, StorageFault.None);
        }
    }

    private static bool Draws(Random random, double share) => random.NextDouble() < share;

    private static string WithoutCreateOnly(string head)
    {
        var words = head.Split(' ', 3);
        return CommitLog.IsCommit(words[0], words[1])
            ? string.Join("\r\n", head.Split("\r\n").Where(line => !line.StartsWith(CreateOnly, StringComparison.OrdinalIgnoreCase)))
            : head;
    }

    private string Signed(int port)
    {
        var service = new BlobServiceClient(_server.ConnectionString);
        var until = TimeProvider.System.GetUtcNow().AddDays(1);
        var sas = service.GenerateAccountSasUri(AccountSasPermissions.All, until, AccountSasResourceTypes.All).Query.TrimStart('?');
        return $"BlobEndpoint=http://127.0.0.1:{port}/{service.AccountName};SharedAccessSignature={sas}";
    }
}
