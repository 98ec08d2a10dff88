using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using ResPrune.Cli.Hub;

namespace ResPrune.Cli.Tests.Hub;

/// <summary>A pull brings what the runtime reads, once, to where Python looks for it.</summary>
public sealed class PullTests : IDisposable
{
    private readonly PullPlace _place = new();

    [Fact]
    public async Task AModelLiesWherePythonLooksForIt()
    {
        await using var hub = await FakeHub.StartAsync();
        var folder = await _place.PullAsync(hub);
        var repository = hub.Repository;
        Assert.Equal(Path.Combine(_place.Storage, "snapshots", repository.Commit), folder);
        PullPlace.Holds(folder, repository);
        Assert.Equal(repository.Commit, File.ReadAllText(Path.Combine(_place.Storage, "refs", "main")));
        Assert.Equal(
            repository.Wanted.Select(repository.HashOf).Order(StringComparer.Ordinal),
            Directory.GetFiles(_place.Blobs).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.All(repository.Wanted, name =>
            Assert.Equal($"../../blobs/{repository.HashOf(name)}", new FileInfo(Path.Combine(folder, name)).LinkTarget));
        Assert.True(Directory.Exists(Path.Combine(_place.Cache, ".locks", PullPlace.Repository.FolderName)));
    }

    [Fact]
    public async Task ARevisionWithSlashesIsNoted()
    {
        await using var hub = await FakeHub.StartAsync();
        await _place.PullAsync(hub, revision: "refs/pr/1");
        Assert.Equal(hub.Repository.Commit, File.ReadAllText(Path.Combine(_place.Storage, "refs", "refs", "pr", "1")));
        Assert.False(File.Exists(Path.Combine(_place.Storage, "refs", "main")));
    }

    [Fact]
    public async Task ASecondPullFetchesNothing()
    {
        await using var hub = await FakeHub.StartAsync();
        var first = await _place.PullAsync(hub);
        hub.Seen.Clear();
        var progress = new PullProgress();
        Assert.Equal(first, await _place.PullAsync(hub, progress: progress));
        Assert.DoesNotContain(hub.Seen, request => request.IsContent);
        Assert.Equal(0, progress.Fetched);
        Assert.Equal(progress.Total!.Bytes, progress.Bytes);
        Assert.Equal(progress.Total.Files, progress.Files);
    }

    [Fact]
    public async Task WhatPythonHasFetchedIsFound()
    {
        await using var hub = await FakeHub.StartAsync();
        var repository = hub.Repository;
        var snapshot = Directory.CreateDirectory(Path.Combine(_place.Storage, "snapshots", repository.Commit)).FullName;
        Directory.CreateDirectory(_place.Blobs);
        Directory.CreateDirectory(Path.Combine(_place.Storage, "refs"));
        Directory.CreateDirectory(Path.Combine(_place.Storage, ".no_exist", repository.Commit));
        File.WriteAllText(Path.Combine(_place.Storage, "refs", "main"), repository.Commit);
        foreach (var (name, content) in repository.Files)
        {
            File.WriteAllBytes(Path.Combine(_place.Blobs, repository.HashOf(name)), content);
            if (!name.Contains('/', StringComparison.Ordinal)) File.CreateSymbolicLink(Path.Combine(snapshot, name), $"../../blobs/{repository.HashOf(name)}");
        }

        Assert.Equal(snapshot, await _place.PullAsync(hub));
        Assert.DoesNotContain(hub.Seen, request => request.IsContent);
        hub.Seen.Clear();
        Assert.Equal(snapshot, await _place.PullAsync(hub, offline: true));
        Assert.Empty(hub.Seen);
    }

    [Fact]
    public async Task ABlobOfAnotherRevisionIsLinkedAndNotFetched()
    {
        await using var hub = await FakeHub.StartAsync();
        await _place.PullAsync(hub);
        var repository = new FakeRepository { Commit = new string('d', 40) };
        foreach (var (name, content) in hub.Repository.Files) repository.Files[name] = content;
        repository.Files["config.json"] = "{ \"changed\": true }"u8.ToArray();
        await using var later = await FakeHub.StartAsync(repository);
        PullPlace.Holds(await _place.PullAsync(later), repository);
        Assert.EndsWith("/config.json", Assert.Single(later.Seen, request => request.IsContent).Path, StringComparison.Ordinal);
        Assert.Equal(repository.Commit, File.ReadAllText(Path.Combine(_place.Storage, "refs", "main")));
    }

    [Fact]
    public async Task ABlobOfTheWrongLengthIsFetchedAgain()
    {
        await using var hub = await FakeHub.StartAsync();
        var folder = await _place.PullAsync(hub);
        var shard = hub.Repository.Wanted.First(FakeRepository.IsLarge);
        File.WriteAllBytes(Path.Combine(_place.Blobs, hub.Repository.HashOf(shard)), [1, 2, 3]);
        PullPlace.Holds(await _place.PullAsync(hub), hub.Repository);
        Assert.Equal(2, hub.Contents.Count(request => request.FileName == shard));
        Assert.NotNull(folder);
    }

    [Fact]
    public async Task PullsBesideEachOtherFetchEveryFileOnce()
    {
        await using var hub = await FakeHub.StartAsync();
        var together = new TaskCompletionSource();
        var asked = 0;
        hub.Intercept = async (_, request) =>
        {
            // No listing is answered before all pulls ask for one: then all of them see everything missing.
            if (!request.Path.Contains("/revision/", StringComparison.Ordinal)) return false;
            if (Interlocked.Increment(ref asked) == 4) together.SetResult();
            await together.Task;
            return false;
        };
        var folders = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _place.PullAsync(hub)));
        PullPlace.Holds(Assert.Single(folders.Distinct()), hub.Repository);
        Assert.Equal(hub.Repository.Wanted.Count(FakeRepository.IsLarge), hub.Contents.Count());
        Assert.Empty(_place.Parts);
    }

    [Fact]
    public async Task TheTokenGoesToTheHubAndToNoOtherHost()
    {
        await using var hub = await FakeHub.StartAsync();
        await _place.PullAsync(hub);
        Assert.All(hub.Seen.Where(request => request.IsHub), request => Assert.Equal($"Bearer {PullPlace.Token}", request.Authorization));
        Assert.NotEmpty(hub.Contents);
        Assert.All(hub.Contents, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task ARenamedRepositoryIsFollowedWithTheToken()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Intercept = (context, request) =>
        {
            if (context.Request.Query.ContainsKey("renamed") || !request.IsHub) return Task.FromResult(false);
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = $"{request.Path}{context.Request.QueryString.Add("renamed", "1")}";
            return Task.FromResult(true);
        };
        PullPlace.Holds(await _place.PullAsync(hub), hub.Repository);
        Assert.All(hub.Seen.Where(request => request.IsHub), request => Assert.NotNull(request.Authorization));
    }

    [Fact]
    public async Task AHubWithoutListingsIsAskedForEachFile()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.HasTree = false;
        PullPlace.Holds(await _place.PullAsync(hub), hub.Repository);
        Assert.Equal(hub.Repository.Wanted.Count(), hub.Seen.Count(request => request is { Method: "HEAD", IsHub: true }));
        Assert.DoesNotContain(hub.Seen, request => request is { Method: "HEAD", IsHub: false });
    }

    [Fact]
    public async Task AFileThatAnotherProgramHasLockedIsWaitedFor()
    {
        await using var hub = await FakeHub.StartAsync();
        var shard = hub.Repository.Wanted.First(FakeRepository.IsLarge);
        var path = Path.Combine(_place.Cache, ".locks", PullPlace.Repository.FolderName, $"{hub.Repository.HashOf(shard)}.lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // flock(2) by another process: what Python's filelock does.
        using var holder = Process.Start(new ProcessStartInfo("flock", ["--exclusive", path, "sh", "-c", "echo held; read _ || true"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());
        var progress = new PullProgress();
        var pull = _place.PullAsync(hub, progress: progress);
        for (var waited = Stopwatch.StartNew(); progress.Waiting != shard; await Task.Delay(10))
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30) && !pull.IsCompleted, $"It does not wait: {pull.Status}, {progress.Waiting}.");
        Assert.DoesNotContain(hub.Contents, request => request.FileName == shard);
        holder.StandardInput.Close();
        PullPlace.Holds(await pull, hub.Repository);
        await holder.WaitForExitAsync();
    }

    [Fact]
    public async Task AnUnreachableHubIsSaidToHaveACopyHere()
    {
        await using var hub = await FakeHub.StartAsync();
        await _place.PullAsync(hub);
        hub.Intercept = async (context, _) =>
        {
            await FakeHub.Refuse(context, StatusCodes.Status503ServiceUnavailable);
            return true;
        };
        await _place.FailAsync(hub, words: ["503", "HF_HUB_OFFLINE=1"]);
    }

    [Fact]
    public async Task OfflineTakesOnlyWhatIsThere()
    {
        await using var hub = await FakeHub.StartAsync();
        var exception = await Assert.ThrowsAsync<HubException>(() => _place.PullAsync(hub, offline: true));
        Assert.Equal(HubFailure.NotFound, exception.Failure);
        Assert.Contains("HF_HUB_OFFLINE", exception.Message, StringComparison.Ordinal);
        Assert.Empty(hub.Seen);
    }

    public void Dispose() => _place.Dispose();
}
