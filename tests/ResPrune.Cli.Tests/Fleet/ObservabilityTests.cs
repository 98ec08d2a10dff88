using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Rendering;
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
        await prometheus.HasScrapedAsync(addresses.Count);

        var pictures = _fleet.Pictures(36);
        await File.WriteAllTextAsync(Path.Combine(pictures, "no-picture.png"), "What failed is shown where something failed.");
        var batch = await _fleet.SubmitAsync(pictures, "--max-tokens", "8", "--ask", Question);
        using var watch = _fleet.StartVerb("watch", batch);
        await ExpectSeriesAsync(prometheus, AllQueries());
        await ExpectLabelsAsync(prometheus);
        await ExpectWellRulesAsync(prometheus);
        (await watch.EndAsync()).Expect(ExitCode.FailedRows);

        var fetched = (await _fleet.RunAsync("fetch", batch, "--output", _fleet.Place.Output)).Expect(0);
        await ExpectSameSavingsAsync(prometheus, addresses, fetched.Output);
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

    /// <summary>A label that was renamed leaves a legend without names and a table without a column.</summary>
    private static async Task ExpectLabelsAsync(PrometheusServer prometheus)
    {
        foreach (var (query, labels) in DashboardQueries.Dashboards.SelectMany(DashboardQueries.OfLabels))
        {
            var found = await prometheus.LabelsAsync(query);
            Assert.True(found.IsSupersetOf(labels), $"{query} has the labels {string.Join(", ", found)}, not {string.Join(", ", labels)}.");
        }
    }

    /// <summary>Of alerts only this is seen here, and that what they select is there: they return nothing while all is well.</summary>
    private static async Task ExpectWellRulesAsync(PrometheusServer prometheus)
    {
        var rules = await prometheus.RulesAsync();
        Assert.Equal(DashboardQueries.NamesOfRules().Order(), rules.Keys.Order());
        Assert.All(rules, rule => Assert.Equal("ok", rule.Value));
    }

    /// <summary>On the dashboard, in <c>/metrics</c>, in the manifest, in what the CLI says: once the last scrape is in, to the last digit.</summary>
    private async Task ExpectSameSavingsAsync(PrometheusServer prometheus, IReadOnlyList<string> addresses, string said)
    {
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_fleet.Place.Output, "manifest.json")))!;
        var (tokens, work) = (manifest["totals"]!["visual_tokens"]!, manifest["totals"]!["work"]!);
        var (total, kept) = (tokens["total"]!.GetValue<long>(), tokens["kept"]!.GetValue<long>());
        Assert.True(kept < total, $"Nothing was pruned: {manifest}");
        var (flops, bytes) = (manifest["prefill_flops_saved"]!.GetValue<double>(), manifest["kv_bytes_saved"]!.GetValue<long>());
        var scrape = string.Concat(await Task.WhenAll(addresses.Select(address => _client.GetStringAsync(new Uri($"http://{address}/metrics")))));
        double Scraped(string series) => Regex.Matches(scrape, $"(?m)^resprune_{series}[^}}]*}} ([^ \n]+)")
            .Sum(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        Dictionary<string, double[]> expected = new()
        {
            ["Visual tokens"] = [total, kept],
            ["KV cache saved"] = [bytes],
            ["Prefill FLOPs saved"] = [flops],
            ["GPU time saved"] = [Scraped("device_saved_seconds_total{") - work["prune_seconds"]!.GetValue<double>()],
        };
        var panels = DashboardQueries.Dashboards.SelectMany(DashboardQueries.OfPanels).Where(panel => expected.ContainsKey(panel.Panel)).ToList();
        Assert.Equal(expected.Keys.Order(), panels.Select(panel => panel.Panel).Order());
        foreach (var (panel, queries) in panels)
            foreach (var (query, value) in queries.Zip(expected[panel], (query, value) => (query, value))) await ExpectValueAsync(prometheus, query, value);

        ExpectClose(total, Scraped("visual_tokens_total{[^}]*\"total\""));
        ExpectClose(kept, Scraped("visual_tokens_total{[^}]*\"kept\""));
        ExpectClose(bytes, Scraped("kv_bytes_total{[^}]*\"total\"") - Scraped("kv_bytes_total{[^}]*\"kept\""));
        ExpectClose(flops, Scraped("prefill_flops_total{[^}]*\"total\"") - Scraped("prefill_flops_total{[^}]*\"kept\""));
        foreach (var stage in (string[])["preprocess", "encode", "prune", "prefill", "decode"])
            ExpectClose(work[$"{stage}_seconds"]!.GetValue<double>(), Scraped($"work_seconds_total{{[^}}]*\"{stage}\""));
        ExpectClose(manifest["device_seconds"]!.GetValue<double>(), Scraped("work_seconds_total{") - Scraped("work_seconds_total{[^}]*\"preprocess\""));
        Assert.All(
            [
                string.Create(CultureInfo.InvariantCulture, $"visual tokens {total:N0} -> {kept:N0}"),
                $"prefill FLOPs saved {Quantity.Flops(flops)} of ",
                $"KV cache saved {Quantity.Bytes(bytes)} of ",
            ],
            words => Assert.Contains(words, said, StringComparison.Ordinal));
    }

    // Sums of floating-point operations are added in another order.
    private static bool AreClose(double expected, double value) => Math.Abs(value - expected) <= 1e-12 * Math.Abs(expected);

    private static void ExpectClose(double expected, double value) =>
        Assert.True(expected != 0 && AreClose(expected, value), string.Create(CultureInfo.InvariantCulture, $"{value:R} is not {expected:R}."));

    private static async Task ExpectValueAsync(PrometheusServer prometheus, string query, double expected)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            var value = Assert.Single(await prometheus.QueryAsync(query));
            if (AreClose(expected, value)) return;
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
