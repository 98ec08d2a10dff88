using ResPrune.Azurite;
using ResPrune.Cli.Tests.Processes;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>Two control silos and three workers, started as an operator starts them, and what may happen to them in mid-batch.</summary>
public sealed class FleetRunTests : IDisposable
{
    private const int Pictures = 60;
    private static readonly string[] Questions = ["What is in the picture?", "Which colour is the card?"];

    private readonly TestFleet _fleet = new();

    [Fact]
    public async Task OnBlobStorageEveryIdIsAnsweredOnceWhileAWorkerIsDrainedAndTheCoordinatorsSiloIsKilled()
    {
        await using var azurite = await AzuriteServer.StartNewAsync();
        await _fleet.UseAsync(azurite);
        var (control, workers) = await StartAsync();
        var batch = await SubmitAsync();
        using var watch = _fleet.StartVerb("watch", batch);
        await watch.UntilAsync("The second commit", () => _fleet.Commits(batch) >= 2);

        workers[0].Signal("TERM");
        var drained = (await workers[0].EndAsync()).Expect(0);
        Assert.Contains("has left", drained.Output, StringComparison.Ordinal);
        var coordinator = control.Single(silo => silo.Error.Contains($"Batch {batch} has", StringComparison.Ordinal));
        coordinator.Signal("KILL");

        var watched = (await watch.EndAsync()).Expect(0);
        Assert.Contains($"{batch} completed: {Pictures * Questions.Length} answered, 0 failed", watched.Output, StringComparison.Ordinal);
        Assert.Contains("workers", watched.Output, StringComparison.Ordinal);
        await ExpectEveryIdOnceAsync(batch);
        // Everybody has left before the store does.
        foreach (var silo in workers[1..]) silo.Signal("TERM");
        foreach (var silo in workers[1..]) (await silo.EndAsync()).Expect(0);
        Assert.DoesNotContain(workers, silo => silo.Error.Contains($"Batch {batch} has", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AStoppedWorkerIsReplacedAndEndsItselfWhenItWakes()
    {
        var (control, workers) = await StartAsync();
        var batch = await SubmitAsync();
        using var watch = _fleet.StartVerb("watch", batch);
        await watch.UntilAsync("The first commit", () => _fleet.Commits(batch) >= 1);
        workers[0].Signal("STOP");
        await control[0].UntilAsync(
            "The news that it is gone", () => control[0].Error.Split('\n').Any(line => line.Contains("Silo worker-0 ", StringComparison.Ordinal)
                && line.Contains("is gone", StringComparison.Ordinal)));
        workers[0].Signal("CONT");
        var woken = (await workers[0].EndAsync()).Expect(4);
        Assert.Contains("declared dead", woken.Error, StringComparison.Ordinal);
        (await watch.EndAsync()).Expect(0);
        await ExpectEveryIdOnceAsync(batch);
    }

    [Fact]
    public async Task RedisMayBeAwayWhileABatchRuns()
    {
        var (control, workers) = await StartAsync();
        var batch = await SubmitAsync();
        using var watch = _fleet.StartVerb("watch", batch);
        await watch.UntilAsync("The first commit", () => _fleet.Commits(batch) >= 1);
        _fleet.Redis.Kill();
        var before = _fleet.Commits(batch);
        await control[0].UntilAsync("Commits without Redis", () => _fleet.Commits(batch) >= before + 3);
        _fleet.Redis.Start();
        (await watch.EndAsync()).Expect(0);
        await ExpectEveryIdOnceAsync(batch);
        foreach (var silo in (Resprune[])[.. control, .. workers])
            await silo.UntilAsync("The news that Redis is back", () => silo.Error.Contains("is back", StringComparison.Ordinal));
    }

    public void Dispose() => _fleet.Dispose();

    private async Task<(Resprune[] Control, Resprune[] Workers)> StartAsync()
    {
        Resprune[] control = [.. Enumerable.Range(0, 2).Select(n => _fleet.Start("control", $"control-{n}"))];
        Resprune[] workers = [.. Enumerable.Range(0, 3).Select(n => _fleet.Start("worker", $"worker-{n}", "--device", "cpu"))];
        await TestFleet.AreUpAsync([.. control, .. workers]);
        return (control, workers);
    }

    private Task<string> SubmitAsync() =>
        _fleet.SubmitAsync([_fleet.Pictures(Pictures), "--max-tokens", "12", .. Questions.SelectMany(question => (string[])["--ask", question])]);

    private async Task ExpectEveryIdOnceAsync(string batch)
    {
        (await _fleet.RunAsync("fetch", batch, "--output", _fleet.Place.Output)).Expect(0);
        var pictures = Directory.GetFiles(_fleet.Place.PathOf("pictures"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_fleet.Place.PathOf("pictures"), path));
        var expected = pictures.SelectMany(name => Enumerable.Range(1, Questions.Length).Select(n => $"{name}#{n}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), _fleet.Results().Select(row => row["id"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(Path.Combine(_fleet.Place.Output, "errors.jsonl")));
    }
}
