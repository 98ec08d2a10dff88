using System.Diagnostics;
using System.Text.RegularExpressions;
using ResPrune.Server.Embedded;
using ResPrune.Server.Tests.Embedded;

namespace ResPrune.Server.Tests.Metrics;

public sealed partial class MetricsEndpointTests : IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(4));
    private readonly TestRun _run = new();
    private readonly HttpClient _client = new();

    [Fact]
    public async Task A_scrape_during_a_batch_has_every_family_and_satisfies_promtool()
    {
        // The engine stops answering in the middle, so that the scrape is taken while the batch is running.
        var options = _run.HeldAfter(lines: 6, _ => { }) with { MetricsPort = 0 };
        await using var host = await EmbeddedHost.StartAsync(options, _deadline.Token);
        await host.Batches.SubmitAsync(_run.Batch, _run.Input, _run.Spec, _deadline.Token);
        var running = await host.Batches.WatchAsync(_run.Batch, TimeSpan.FromMilliseconds(20), _deadline.Token)
            .FirstAsync(snapshot => snapshot.ShardsCommitted >= 1, _deadline.Token);
        Assert.False(running.IsTerminal);

        var scrape = await _client.GetStringAsync(host.MetricsAddress, _deadline.Token);

        var ours = Ours(scrape);
        // deploy/METRICS.md lists them all, and nothing else.
        Assert.Equal(MetricsPage.Read(), ScrapedFamilies.Read(scrape));
        Assert.Matches("resprune_questions_total{[^}]*outcome=\"answered\",reason=\"none\"[^}]*} [1-9]", ours);
        Assert.Contains("orleans_", scrape, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_", scrape, StringComparison.Ordinal);
        foreach (var stage in new[] { "fetch", "preprocess", "encode", "prune", "prefill", "decode", "write" })
            Assert.Matches($"resprune_stage_duration_seconds_count{{[^}}]*stage=\"{stage}\"[^}}]*}} [1-9]", ours);
        Assert.Matches("resprune_shard_attempts_total{[^}]*result=\"committed\"[^}]*} [1-9]", ours);
        var (exit, words) = await PromtoolAsync(ours);
        Assert.True(exit == 0, $"promtool check metrics ended with {exit}: {words}");
    }

    public void Dispose()
    {
        _client.Dispose();
        _deadline.Dispose();
        _run.Dispose();
    }

    /// <summary>The families of this product; names of others are not ours to choose.</summary>
    private static string Ours(string scrape) => string.Concat(
        scrape.Split('\n').Where(line => OurLine().IsMatch(line)).Select(line => line + "\n"));

    private async Task<(int Exit, string Words)> PromtoolAsync(string metrics)
    {
        var start = new ProcessStartInfo("promtool")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("check");
        start.ArgumentList.Add("metrics");
        using var promtool = Process.Start(start)!;
        await promtool.StandardInput.WriteAsync(metrics.AsMemory(), _deadline.Token);
        promtool.StandardInput.Close();
        var words = await promtool.StandardOutput.ReadToEndAsync(_deadline.Token)
            + await promtool.StandardError.ReadToEndAsync(_deadline.Token);
        await promtool.WaitForExitAsync(_deadline.Token);
        return (promtool.ExitCode, words);
    }

    [GeneratedRegex("^(# (HELP|TYPE|UNIT) )?resprune_")]
    private static partial Regex OurLine();
}
