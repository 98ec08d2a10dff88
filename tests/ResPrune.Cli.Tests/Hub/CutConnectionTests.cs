using ResPrune.Cli.Hub;

namespace ResPrune.Cli.Tests.Hub;

/// <summary>Networks cut, stall and lie; a pull goes on, or says what is wrong.</summary>
public sealed class CutConnectionTests : IDisposable
{
    private const int Stretch = 100_000;

    private readonly PullPlace _place = new();
    private int _times;

    [Fact]
    public async Task ACutFileGoesOnFromTheByteThatWasReached()
    {
        await using var hub = await FakeHub.StartAsync();
        var shard = Shard(hub);
        hub.Intercept = async (context, request) =>
        {
            if (request.IsHub || request.FileName != shard || request.From == 2 * Stretch) return false;
            await hub.CutAsync(context, request, Stretch);
            return true;
        };
        var progress = new PullProgress();
        PullPlace.Holds(await _place.PullAsync(hub, progress: progress), hub.Repository);
        Assert.Equal([0, Stretch, 2 * Stretch], hub.Contents.Where(request => request.FileName == shard).Select(request => request.From));
        Assert.Equal(progress.Total!.Bytes, progress.Fetched);
        Assert.Equal(progress.Total.Bytes, progress.Bytes);
    }

    [Fact]
    public async Task AnInterruptedPullGoesOnWhereItStopped()
    {
        await using var hub = await FakeHub.StartAsync();
        var shard = Shard(hub);
        var part = Path.Combine(_place.Blobs, $"{hub.Repository.HashOf(shard)}.incomplete");
        using var interruption = new CancellationTokenSource();
        var hold = new TaskCompletionSource();
        hub.Intercept = async (context, request) =>
        {
            if (request.IsHub || request.FileName != shard) return false;
            var content = hub.Body(request);
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content.AsMemory(0, Stretch));
            await context.Response.Body.FlushAsync();
            await hold.Task;
            return true;
        };
        var pull = _place.PullAsync(hub, cancellationToken: interruption.Token);
        // Parts of other files come and go beside it.
        await UntilAsync(() => File.Exists(part) && new FileInfo(part).Length == Stretch);
        await interruption.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);
        hold.SetResult();
        Assert.Equal(Stretch, new FileInfo(part).Length);
        Assert.False(File.Exists(Path.Combine(_place.Storage, "refs", "main")));

        hub.Seen.Clear();
        hub.Intercept = (_, _) => Task.FromResult(false);
        var progress = new PullProgress();
        PullPlace.Holds(await _place.PullAsync(hub, progress: progress), hub.Repository);
        Assert.Equal(Stretch, Assert.Single(hub.Contents, request => request.FileName == shard).From);
        Assert.Equal(progress.Total!.Bytes, progress.Bytes);
        Assert.Empty(_place.Parts);
    }

    [Fact]
    public async Task AServerWithoutRangesBeginsAgain()
    {
        await using var hub = await FakeHub.StartAsync();
        var shard = Shard(hub);
        hub.Intercept = async (context, request) =>
        {
            if (request.IsHub || request.FileName != shard) return false;
            if (++_times == 1) await hub.CutAsync(context, request, Stretch);
            else await context.Response.Body.WriteAsync(hub.Body(request));
            return true;
        };
        var progress = new PullProgress();
        PullPlace.Holds(await _place.PullAsync(hub, progress: progress), hub.Repository);
        Assert.Equal(progress.Total!.Bytes, progress.Bytes);
        Assert.Equal(progress.Total.Bytes + Stretch, progress.Fetched);
    }

    [Fact]
    public async Task AServerThatNeverGetsFurtherIsGivenUp()
    {
        await using var hub = await FakeHub.StartAsync();
        var shard = Shard(hub);
        // Always from the beginning, always cut at the same byte.
        hub.Intercept = async (context, request) =>
        {
            if (request.IsHub || request.FileName != shard) return false;
            await hub.CutAsync(context, request with { From = 0 }, Stretch);
            return true;
        };
        var exception = await _place.FailAsync(hub, words: ["Tried 4 times"]);
        Assert.Equal(HubFailure.Unreachable, exception.Failure);
        Assert.InRange(hub.Contents.Count(request => request.FileName == shard), 4, 8);
        Assert.Equal(Stretch, new FileInfo(Assert.Single(_place.Parts)).Length);
    }

    [Fact]
    public async Task ABodyThatHardlyMovesIsCutAndGoesOn()
    {
        await using var hub = await FakeHub.StartAsync();
        var shard = Shard(hub);
        var over = new TaskCompletionSource();
        hub.Intercept = async (context, request) =>
        {
            if (request.IsHub || request.FileName != shard || request.From > 0) return false;
            var content = hub.Body(request);
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content.AsMemory(0, Stretch));
            await context.Response.Body.FlushAsync();
            await over.Task;
            return true;
        };
        PullPlace.Holds(await _place.PullAsync(hub, PullPlace.Limits with { StallTimeout = TimeSpan.FromMilliseconds(300) }), hub.Repository);
        over.SetResult();
        Assert.Equal([0, Stretch], hub.Contents.Where(request => request.FileName == shard).Select(request => request.From));
    }

    [Fact]
    public async Task AnAnswerThatDoesNotComeIsGivenUp()
    {
        await using var hub = await FakeHub.StartAsync();
        var over = new TaskCompletionSource();
        hub.Intercept = async (_, _) =>
        {
            await over.Task;
            return true;
        };
        await _place.FailAsync(
            hub, PullPlace.Limits with { ResponseTimeout = TimeSpan.FromMilliseconds(100), Retries = 1 }, words: [hub.Endpoint.Authority, "in time", "Tried 2 times"]);
        over.SetResult();
    }

    [Fact]
    public async Task AWrongHashDeletesWhatCameAndNamesTheFile()
    {
        var repository = FakeRepository.Model();
        var shard = repository.Wanted.Last(FakeRepository.IsLarge);
        repository.WrongHashes[shard] = new string('a', 64);
        await using var hub = await FakeHub.StartAsync(repository);
        var exception = await _place.FailAsync(hub, words: [shard, repository.WrongHashes[shard], "deleted"]);
        Assert.Equal(HubFailure.Corrupt, exception.Failure);
        Assert.DoesNotContain(_place.Parts, part => part.Contains(repository.WrongHashes[shard], StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(_place.Blobs, repository.WrongHashes[shard])));
        Assert.False(File.Exists(Path.Combine(_place.Storage, "refs", "main")));
    }

    [Fact]
    public async Task ASmallFilesHashIsCheckedToo()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Intercept = async (context, request) =>
        {
            if (!request.Path.EndsWith("/config.json", StringComparison.Ordinal)) return false;
            await context.Response.Body.WriteAsync(new byte[hub.Repository.SizeOf("config.json")]);
            return true;
        };
        await _place.FailAsync(hub, words: ["config.json", "deleted"]);
    }

    [Fact]
    public async Task ADamagedPartIsDeletedAndTheNextPullSucceeds()
    {
        await using var hub = await FakeHub.StartAsync();
        var shard = Shard(hub);
        Directory.CreateDirectory(_place.Blobs);
        File.WriteAllBytes(Path.Combine(_place.Blobs, $"{hub.Repository.HashOf(shard)}.incomplete"), new byte[Stretch]);
        await _place.FailAsync(hub, words: [shard, "deleted"]);
        PullPlace.Holds(await _place.PullAsync(hub), hub.Repository);
    }

    [Fact]
    public async Task ABodyWithoutEndIsReadToTheAnnouncedSize()
    {
        await using var hub = await FakeHub.StartAsync();
        var shard = Shard(hub);
        hub.Intercept = async (context, request) =>
        {
            if (request.IsHub || request.FileName != shard) return false;
            var zeros = new byte[64 << 10];
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(zeros);
            return true;
        };
        await _place.FailAsync(hub, words: [shard, "deleted"]);
        Assert.DoesNotContain(_place.Parts, part => part.Contains(hub.Repository.HashOf(shard), StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnotherLengthThanTheListingsIsNamed()
    {
        var repository = FakeRepository.Model();
        repository.WrongSizes["config.json"] = 7;
        await using var hub = await FakeHub.StartAsync(repository);
        await _place.FailAsync(hub, words: ["config.json", "7 bytes", $"{repository.Files["config.json"].Length}"]);
    }

    public void Dispose() => _place.Dispose();

    private static string Shard(FakeHub hub) => hub.Repository.Wanted.First(FakeRepository.IsLarge);

    private async Task UntilAsync(Func<bool> isSo)
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); !isSo(); await Task.Delay(10))
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), $"Parts: {string.Join(", ", _place.Parts)}");
    }
}
