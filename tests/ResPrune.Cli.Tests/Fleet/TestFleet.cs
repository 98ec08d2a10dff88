using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using ResPrune.Azurite;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;
using ResPrune.Cli.Tests.Processes;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>A Redis, a store, and as many silos as a test starts: processes, all of them. The store is a folder unless a test says otherwise.</summary>
public sealed class TestFleet : IDisposable
{
    private readonly Workplace _place = new();
    private readonly List<Resprune> _silos = [];

    private readonly Dictionary<string, string> _environment = [];

    public TestFleet()
        : this(null)
    {
    }

    internal TestFleet(string? redisPassword)
    {
        Redis = new RedisServer(redisPassword);
        Store = _place.PathOf("store");
        Directory.CreateDirectory(Store);
        Blobs = LocalFolderBlobStore.OpenOrCreate(Store);
    }

    internal RedisServer Redis { get; }

    /// <summary>As <c>--store</c> takes it.</summary>
    internal string Store { get; private set; }

    /// <summary>The store itself.</summary>
    internal IBlobStore Blobs { get; private set; }

    internal Workplace Place => _place;

    /// <summary>A folder of so many pictures: the samples again and again, under names of their own.</summary>
    internal string Pictures(int count)
    {
        var folder = _place.PathOf("pictures");
        Directory.CreateDirectory(Path.Combine(folder, "more"));
        for (var n = 0; n < count; n++)
        {
            var sample = Workplace.Samples[n % Workplace.Samples.Count];
            File.Copy(sample, Path.Combine(folder, n % 2 == 0 ? "" : "more", $"{n:000}{Path.GetExtension(sample)}"));
        }

        return folder;
    }

    /// <summary>What stands in the environment of what is started.</summary>
    internal IReadOnlyDictionary<string, string> Environment => _environment;

    /// <summary>Sets a variable in the environment of whatever is started from now on.</summary>
    internal void Set(string name, string value) => _environment[name] = value;

    /// <summary>Starts a silo; returns at once.</summary>
    internal Resprune Start(string role, string name, params string[] more)
    {
        var silo = StartVerb(["silo", "--role", role, "--name", name, .. more]);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>Waits until silos are members.</summary>
    internal static async Task AreUpAsync(params IEnumerable<Resprune> silos)
    {
        foreach (var silo in silos) await silo.UntilAsync("The silo's start", () => silo.Output.Contains(" is up, ", StringComparison.Ordinal));
    }

    /// <summary>Runs a verb to its end.</summary>
    internal async Task<Outcome> RunAsync(params string[] arguments)
    {
        using var running = StartVerb(arguments);
        return await running.EndAsync();
    }

    /// <summary>Starts a verb.</summary>
    internal Resprune StartVerb(params string[] arguments) => Resprune.StartIn(_place.PathOf(), _environment, [.. arguments, .. Connection]);

    /// <summary>Takes a new container of an Azurite as the store.</summary>
    internal async Task UseAsync(AzuriteServer azurite)
    {
        _environment[BlobStoresOptions.ConnectionStringVariable] = azurite.ConnectionString;
        await new BlobServiceClient(azurite.ConnectionString).CreateBlobContainerAsync("fleet");
        Store = "azure:fleet";
        Blobs = await new BlobStores(new BlobStoresOptions { ConnectionString = azurite.ConnectionString })
            .OpenAsync(BlobAddress.Parse(Store), CancellationToken.None);
    }

    /// <summary>A file with one JSON object a line, beside <see cref="Pictures"/>.</summary>
    internal string Lines(IEnumerable<object> lines) => _place.Lines(lines);

    /// <summary>Submits and returns the id, which is the last line.</summary>
    internal async Task<string> SubmitAsync(params string[] arguments)
    {
        var outcome = (await RunAsync(["submit", .. arguments])).Expect(0);
        return outcome.Output.TrimEnd('\n').Split('\n')[^1];
    }

    /// <summary>How many shards of a batch are committed.</summary>
    internal int Commits(string batch) =>
        Blobs.ListAsync(BatchBlobs.Commits(BatchId.Parse(batch)), CancellationToken.None).ToBlockingEnumerable().Count();

    /// <summary>The lines of a fetched file.</summary>
    internal IReadOnlyList<JsonNode> Results(string file = "output.jsonl") => _place.Results(file);

    public void Dispose()
    {
        foreach (var silo in _silos) silo.Dispose();
        Redis.Dispose();
        _place.Dispose();
    }

    internal string[] Connection => ["--store", Store, "--redis", Redis.Address];
}
