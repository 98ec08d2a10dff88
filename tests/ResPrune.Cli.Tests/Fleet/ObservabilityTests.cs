using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ResPrune.Cli.Tests.Processes;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>Two control silos and two workers at a batch, watched by a real Prometheus as an operator watches them.</summary>
public sealed partial class ObservabilityTests : IDisposable
{
    private const string Question = "Is there a zanzibarine-4711 in the picture?";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly TestFleet _fleet = new();
    private readonly HttpClient _client = new();

    [Fact]
    public async Task EveryQueryOfDashboardsAndRulesReturnsSeriesAndTheSavingsAreTheManifests()
    {
        var silos = await StartAsync();
        var addresses = silos.Select(silo => MetricsAddress().Match(silo.Output).Groups[1].Value).ToList();
        using var prometheus = new PrometheusServer(addresses, DashboardQueries.Rules);
        foreach (var address in addresses)
            foreach (var probe in (string[])["live", "ready", "startup"])
                Assert.Equal("ok\n", await _client.GetStringAsync(new Uri($"http://{address}/healthz/{probe}")));

        var batch = await _fleet.SubmitAsync(_fleet.Pictures(36), "--max-tokens", "8", "--ask", Question);
        using var watch = _fleet.StartVerb("watch", batch);
        await ExpectSeriesAsync(prometheus, AllQueries());
        (await watch.EndAsync()).Expect(0);

        var fetched = (await _fleet.RunAsync("fetch", batch, "--output", _fleet.Place.Output)).Expect(0);
        await ExpectSameSavingsAsync(prometheus, fetched.Output);
        ExpectSilentLogs(silos, _fleet.Results().Select(row => row["answer"]!.GetValue<string>()));
    }

    public void Dispose()
    {
        _client.Dispose();
        _fleet.Dispose();
    }

    private async Task<IReadOnlyList<Resprune>> StartAsync()
    {
        // As a container logs, and everything there is to log.
        _fleet.Set("LOGGING__CONSOLE__FORMATTERNAME", "json");
        _fleet.Set("LOGGING__LOGLEVEL__RESPRUNE", "Trace");
        List<Resprune> silos =
        [
            .. Enumerable.Range(0, 2).Select(n => _fleet.Start("control", $"control-{n}", "--metrics-port", "0")),
            .. Enumerable.Range(0, 2).Select(n => _fleet.Start("worker", $"worker-{n}", "--device", "cpu", "--metrics-port", "0")),
        ];
        await TestFleet.AreUpAsync(silos);
        return silos;
    }

    private static IEnumerable<(string Where, string Query)> AllQueries()
    {
        Assert.NotEmpty(DashboardQueries.Dashboards);
        foreach (var file in DashboardQueries.Dashboards)
        {
            var name = Path.GetFileName(file);
            foreach (var (panel, queries) in DashboardQueries.OfPanels(file))
                foreach (var query in queries) yield return ($"{name}, {panel}", query);
            foreach (var query in DashboardQueries.OfVariables(file)) yield return ($"{name}, variables", query);
        }

        foreach (var selector in DashboardQueries.OfRules()) yield return ("rules", selector);
    }

    /// <summary>Most need two scrapes, some the first shard; each is done with when it has returned something once.</summary>
    private static async Task ExpectSeriesAsync(PrometheusServer prometheus, IEnumerable<(string Where, string Query)> queries)
    {
        var empty = queries.ToList();
        for (var waited = Stopwatch.StartNew(); empty.Count > 0; await Task.Delay(200))
        {
            Assert.True(
                waited.Elapsed < Deadline,
                $"These returned no series:\n{string.Join('\n', empty.Select(query => $"{query.Where}: {query.Query}"))}");
            var still = new List<(string Where, string Query)>();
            foreach (var query in empty)
                if ((await prometheus.QueryAsync(query.Query)).Count == 0) still.Add(query);
            empty = still;
        }
    }

    /// <summary>On the dashboard, in the manifest, in what the CLI says: once the last scrape is in, to the last digit.</summary>
    private async Task ExpectSameSavingsAsync(PrometheusServer prometheus, string said)
    {
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_fleet.Place.Output, "manifest.json")))!;
        var tokens = manifest["totals"]!["visual_tokens"]!;
        var (total, kept) = (tokens["total"]!.GetValue<long>(), tokens["kept"]!.GetValue<long>());
        Assert.True(kept < total, $"Nothing was pruned: {manifest}");
        Dictionary<string, double[]> expected = new()
        {
            ["Visual tokens"] = [total, kept],
            ["KV cache saved"] = [manifest["kv_bytes_saved"]!.GetValue<long>()],
            ["Prefill FLOPs saved"] = [manifest["prefill_flops_saved"]!.GetValue<double>()],
        };
        var panels = DashboardQueries.Dashboards.SelectMany(DashboardQueries.OfPanels).Where(panel => expected.ContainsKey(panel.Panel)).ToList();
        Assert.Equal(expected.Keys.Order(), panels.Select(panel => panel.Panel).Order());
        foreach (var (panel, queries) in panels)
            foreach (var (query, value) in queries.Zip(expected[panel])) await ExpectValueAsync(prometheus, query, value);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"visual tokens {total:N0} -> {kept:N0}"), said, StringComparison.Ordinal);
    }

    private static async Task ExpectValueAsync(PrometheusServer prometheus, string query, double expected)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            var value = Assert.Single(await prometheus.QueryAsync(query));
            // Sums of floating-point operations are added in another order.
            if (Math.Abs(value - expected) <= 1e-12 * expected) return;
            Assert.True(waited.Elapsed < Deadline, string.Create(CultureInfo.InvariantCulture, $"{query} is {value:R}, not {expected:R}."));
        }
    }

    private static void ExpectSilentLogs(IEnumerable<Resprune> silos, IEnumerable<string> answers)
    {
        string[] secrets = [Question, "zanzibarine", .. answers.Where(answer => answer.Length > 8).Distinct()];
        foreach (var log in silos.Select(silo => silo.Error))
        {
            var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.NotEmpty(lines);
            foreach (var line in lines) Assert.IsType<JsonObject>(JsonNode.Parse(line));
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase));
        }
    }

    [GeneratedRegex("metrics at http://([^/]+)/metrics")]
    private static partial Regex MetricsAddress();
}
