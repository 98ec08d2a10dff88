using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using ResPrune.Cli.Hub;

namespace ResPrune.Cli.Tests.Hub;

/// <summary>What a hub refuses, and what is refused of a hub.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly PullPlace _place = new();
    private int _times;

    [Theory]
    [InlineData(403, "GatedRepo", false, "gated", "accept its conditions", "HF_TOKEN")]
    [InlineData(401, "GatedRepo", true, "gated", "set HF_TOKEN")]
    [InlineData(401, "RepoNotFound", true, "the name is wrong", "private", "HF_TOKEN")]
    [InlineData(401, null, false, "the token that was sent has no access")]
    [InlineData(404, "RepoNotFound", false, "some-org/some-model", "the name is wrong")]
    [InlineData(404, null, true, "some-org/some-model", "HF_TOKEN")]
    [InlineData(403, null, false, "403", "no access")]
    [InlineData(418, null, false, "418")]
    public async Task ARefusalIsExplained(int status, string? code, bool anonymous, params string[] words)
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Intercept = async (context, _) =>
        {
            await FakeHub.Refuse(context, status, code);
            return true;
        };
        var exception = await _place.FailAsync(hub, anonymous: anonymous, words: words);
        Assert.Equal(status == 418 ? HubFailure.Protocol : status == 404 ? HubFailure.NotFound : HubFailure.Denied, exception.Failure);
        Assert.Single(hub.Seen);
    }

    [Fact]
    public async Task ARevisionThatIsNotThereIsNamed()
    {
        await using var hub = await FakeHub.StartAsync();
        var exception = await Assert.ThrowsAsync<HubException>(() => _place.PullAsync(hub, revision: "v9"));
        Assert.Equal(HubFailure.NotFound, exception.Failure);
        Assert.Contains("'v9'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerThatAsksToWaitIsWaitedFor()
    {
        await using var hub = await FakeHub.StartAsync();
        var time = new FakeTimeProvider();
        var asked = new ConcurrentQueue<DateTimeOffset>();
        hub.Intercept = async (context, request) =>
        {
            if (!request.Path.Contains("/revision/", StringComparison.Ordinal)) return false;
            asked.Enqueue(time.GetUtcNow());
            if (asked.Count > 1) return false;
            context.Response.Headers.RetryAfter = "90";
            await FakeHub.Refuse(context, StatusCodes.Status429TooManyRequests);
            return true;
        };
        // Deadlines far beyond the wait: the clock below runs faster than this machine.
        var patient = PullPlace.Limits with { ResponseTimeout = TimeSpan.FromDays(9), StallTimeout = TimeSpan.FromDays(9) };
        var pull = _place.PullAsync(hub, patient, time: time);
        for (; !pull.IsCompleted; await Task.Delay(5)) time.Advance(TimeSpan.FromSeconds(1));
        PullPlace.Holds(await pull, hub.Repository);
        var moments = asked.ToArray();
        Assert.Equal(2, moments.Length);
        Assert.True(moments[1] - moments[0] >= TimeSpan.FromSeconds(90), $"Asked again after {moments[1] - moments[0]}.");
    }

    [Fact]
    public async Task AServerThatAsksToWaitForHoursIsQuoted()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Intercept = async (context, _) =>
        {
            context.Response.Headers.RetryAfter = "7200";
            await FakeHub.Refuse(context, StatusCodes.Status429TooManyRequests);
            return true;
        };
        await _place.FailAsync(hub, words: ["429", "7200 s"]);
        Assert.Single(hub.Seen);
    }

    [Fact]
    public async Task APassingFaultIsTriedAgain()
    {
        await using var hub = await FakeHub.StartAsync();
        // Every address fails once.
        var failed = new ConcurrentDictionary<string, bool>();
        hub.Intercept = async (context, request) =>
        {
            if (!failed.TryAdd(request.Path + context.Request.QueryString, true)) return false;
            await FakeHub.Refuse(context, StatusCodes.Status503ServiceUnavailable);
            return true;
        };
        PullPlace.Holds(await _place.PullAsync(hub), hub.Repository);
    }

    [Fact]
    public async Task ALastingFaultIsGivenUp()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Intercept = async (context, _) =>
        {
            await FakeHub.Refuse(context, StatusCodes.Status502BadGateway);
            return true;
        };
        var exception = await _place.FailAsync(hub, words: ["502", hub.Endpoint.Authority, "Tried 4 times"]);
        Assert.Equal(HubFailure.Unreachable, exception.Failure);
        Assert.Equal(4, hub.Seen.Count);
    }

    [Fact]
    public async Task ASignedAddressThatIsTooOldIsReplaced()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Intercept = async (context, request) =>
        {
            if (request.IsHub || Interlocked.Increment(ref _times) > 1) return false;
            await FakeHub.Refuse(context, StatusCodes.Status403Forbidden);
            return true;
        };
        PullPlace.Holds(await _place.PullAsync(hub), hub.Repository);
    }

    [Fact]
    public async Task RedirectsWithoutEndAreGivenUp()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Intercept = (context, request) =>
        {
            context.Response.Redirect(request.Path);
            return Task.FromResult(true);
        };
        Assert.Equal(HubFailure.Protocol, (await _place.FailAsync(hub, words: ["without end"])).Failure);
        Assert.InRange(hub.Seen.Count, 2, 20);
    }

    [Theory]
    [InlineData("<html>welcome</html>", "not the hub's JSON")]
    [InlineData("null", "not the hub's JSON")]
    [InlineData("""{"sha":"../../etc"}""", "which commit")]
    [InlineData("""{"siblings":[]}""", "which commit")]
    public async Task AnAnswerThatIsNotTheHubsIsSaidToBe(string answer, string words)
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Intercept = async (context, _) =>
        {
            await context.Response.WriteAsync(answer);
            return true;
        };
        Assert.Equal(HubFailure.Protocol, (await _place.FailAsync(hub, words: [words])).Failure);
    }

    [Fact]
    public async Task AListingWithoutEndIsGivenUp()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Intercept = async (context, _) =>
        {
            var blanks = new byte[64 << 10];
            blanks.AsSpan().Fill((byte)' ');
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(blanks);
            return true;
        };
        await _place.FailAsync(hub, PullPlace.Limits with { JsonBytes = 1 << 20 }, words: [$"{1 << 20} bytes of JSON"]);
    }

    [Fact]
    public async Task PagesWithoutEndAreGivenUp()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Intercept = async (context, request) =>
        {
            if (!request.Path.Contains("/tree/", StringComparison.Ordinal)) return false;
            context.Response.Headers.Link = $"<{request.Path}?again=1>; rel=\"next\"";
            await context.Response.WriteAsync("[]");
            return true;
        };
        await _place.FailAsync(hub, PullPlace.Limits with { Pages = 5 }, words: ["5 pages"]);
    }

    [Theory]
    [InlineData("../model.safetensors")]
    [InlineData("/etc/model.safetensors")]
    [InlineData("a/../../model.safetensors")]
    [InlineData("..\\model.safetensors")]
    [InlineData("C:model.safetensors")]
    [InlineData("model\n.safetensors")]
    [InlineData("mo\u001bdel.safetensors")]
    [InlineData("a//config.json")]
    public async Task ANameThatLeadsElsewhereIsRefused(string name)
    {
        var repository = FakeRepository.Model();
        repository.Files[name] = [1, 2, 3];
        await using var hub = await FakeHub.StartAsync(repository);
        var exception = await _place.FailAsync(hub, words: ["Nothing was fetched"]);
        Assert.Equal(HubFailure.Protocol, exception.Failure);
        Assert.DoesNotContain(hub.Seen, request => request.IsContent);
        Assert.False(Directory.Exists(_place.Cache));
    }

    [Fact]
    public async Task PicklesAreNeverFetched()
    {
        var repository = FakeRepository.Model();
        foreach (var name in repository.Wanted.Where(FakeRepository.IsLarge).ToArray()) repository.Files.Remove(name);
        await using var hub = await FakeHub.StartAsync(repository);
        var exception = await _place.FailAsync(hub, words: ["'pytorch_model.bin'", "safetensors"]);
        Assert.Equal(HubFailure.Unusable, exception.Failure);
        Assert.DoesNotContain(hub.Seen, request => request.IsContent);
    }

    [Fact]
    public async Task ARepositoryWithoutAConfigIsRefused()
    {
        var repository = FakeRepository.Model();
        repository.Files.Remove("config.json");
        await using var hub = await FakeHub.StartAsync(repository);
        Assert.Equal(HubFailure.Unusable, (await _place.FailAsync(hub, words: ["config.json"])).Failure);
    }

    [Fact]
    public async Task MoreThanTheDiskHoldsIsRefusedBeforeAnythingIsFetched()
    {
        var repository = FakeRepository.Model();
        var shard = repository.Wanted.First(FakeRepository.IsLarge);
        repository.WrongSizes[shard] = 1L << 49;
        await using var hub = await FakeHub.StartAsync(repository);
        var needed = repository.Wanted.Sum(repository.SizeOf).ToString(CultureInfo.InvariantCulture);
        var exception = await _place.FailAsync(hub, words: [$"needs {needed} bytes", "are free"]);
        Assert.Equal(HubFailure.DiskFull, exception.Failure);
        Assert.DoesNotContain(hub.Seen, request => request.IsContent);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public async Task AnImpossibleSizeIsRefused(long size)
    {
        var repository = FakeRepository.Model();
        repository.WrongSizes["config.json"] = size;
        await using var hub = await FakeHub.StartAsync(repository);
        Assert.Equal(HubFailure.Protocol, (await _place.FailAsync(hub, words: ["config.json", "how long"])).Failure);
    }

    [Fact]
    public async Task AFileThatIsNotTheListedOneIsRefused()
    {
        await using var hub = await FakeHub.StartAsync();
        var shard = hub.Repository.Wanted.First(FakeRepository.IsLarge);
        hub.Intercept = (context, request) =>
        {
            // The hub changes its mind between the listing and the file.
            if (request.IsHub && request.IsContent) hub.Repository.WrongHashes[shard] = new string('b', 64);
            return Task.FromResult(false);
        };
        Assert.Equal(HubFailure.Corrupt, (await _place.FailAsync(hub, words: [shard, "listing"])).Failure);
    }

    public void Dispose() => _place.Dispose();
}
