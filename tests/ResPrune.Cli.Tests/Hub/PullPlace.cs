using ResPrune.Cli.Hub;

namespace ResPrune.Cli.Tests.Hub;

/// <summary>A folder for one test with a cache in it, and pulls into that.</summary>
public sealed class PullPlace : IDisposable
{
    internal const string Token = "hf_thisIsTheSecret";

    private readonly string _root = Directory.CreateTempSubdirectory("resprune-hub-").FullName;

    /// <summary>Deadlines that a test can wait for.</summary>
    internal static HubLimits Limits { get; } = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        StallTimeout = TimeSpan.FromSeconds(20),
        StallBytes = 1024,
        Retries = 3,
    };

    internal static HubRepository Repository { get; } = HubRepository.Parse(FakeRepository.Name);

    internal string Cache => PathOf("hub");

    internal string Storage => Path.Combine(Cache, Repository.FolderName);

    internal string Blobs => Path.Combine(Storage, "blobs");

    /// <summary>The parts of files that are not whole.</summary>
    internal IReadOnlyList<string> Parts =>
        Directory.Exists(_root) ? [.. Directory.EnumerateFiles(_root, "*.incomplete", SearchOption.AllDirectories)] : [];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    internal string PathOf(params string[] parts) => Path.Combine([_root, .. parts]);

    /// <summary>Pulls.</summary>
    internal async Task<string> PullAsync(
        FakeHub hub, HubLimits? limits = null, string? output = null, string revision = "main", bool offline = false, PullProgress? progress = null,
        TimeProvider? time = null, bool anonymous = false, CancellationToken cancellationToken = default)
    {
        var settings = new HubSettings
        {
            Endpoint = hub.Endpoint,
            CacheDirectory = Cache,
            Token = anonymous ? null : Token,
            IsOffline = offline,
        };
        var puller = new ModelPuller(settings, limits ?? Limits, time ?? TimeProvider.System);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        return await puller.PullAsync(new PullRequest(Repository, HubRevision.Parse(revision), output), progress ?? new PullProgress(), either.Token);
    }

    /// <summary>Pulls, and expects it to fail with a message that has all these words and never the token.</summary>
    internal async Task<HubException> FailAsync(FakeHub hub, HubLimits? limits = null, bool anonymous = false, params string[] words)
    {
        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync(hub, limits, anonymous: anonymous));
        Assert.All(words, word => Assert.Contains(word, exception.Message, StringComparison.Ordinal));
        Assert.DoesNotContain(Token, exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("signature", exception.ToString(), StringComparison.Ordinal);
        return exception;
    }

    /// <summary>Fails unless a folder has the files that are wanted of a repository, and no others.</summary>
    internal static void Holds(string folder, FakeRepository repository)
    {
        Assert.Equal(
            repository.Wanted.Order(StringComparer.Ordinal),
            Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.All(repository.Wanted, name => Assert.Equal(repository.Files[name], File.ReadAllBytes(Path.Combine(folder, name))));
    }
}
