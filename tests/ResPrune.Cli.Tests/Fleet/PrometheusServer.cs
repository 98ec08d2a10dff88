using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>A Prometheus of its own that scrapes some silos once a second and evaluates the product's rules.</summary>
internal sealed class PrometheusServer : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-prometheus-").FullName;
    private readonly HttpClient _client = new();
    private readonly Process _process;

    /// <param name="targets">Addresses to scrape, host and port.</param>
    /// <param name="rules">A file of rules.</param>
    public PrometheusServer(IEnumerable<string> targets, string rules)
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            _client.BaseAddress = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        }

        var file = Path.Combine(_folder, "prometheus.yml");
        File.WriteAllText(file, $$"""
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ['{{rules}}']
            scrape_configs:
              - job_name: resprune
                static_configs:
                  - targets: [{{string.Join(", ", targets.Select(target => $"'{target}'"))}}]
                    labels: {namespace: fleet}
            """);
        var start = new ProcessStartInfo(
            "prometheus",
            [$"--config.file={file}", $"--storage.tsdb.path={Path.Combine(_folder, "data")}", $"--web.listen-address={_client.BaseAddress.Authority}", "--log.level=error"])
        {
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        // A full pipe would stop it.
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until every target was scraped once: of a counter first seen at 1, nothing knows that it was 0.</summary>
    public async Task HasScrapedAsync(int targets)
    {
        for (var waited = Stopwatch.StartNew(); (await QueryAsync("up == 1")).Count < targets; await Task.Delay(100))
            if (waited.Elapsed > Deadline) throw new TimeoutException($"Prometheus has not scraped {targets} silos.");
    }

    /// <summary>The values of the series that a query returns now; throws with Prometheus' words when it is not PromQL.</summary>
    public async Task<IReadOnlyList<double>> QueryAsync(string query) =>
        [.. (await SeriesAsync(query)).Select(one => Number(one!["value"]![1]!.GetValue<string>()))];

    /// <summary>Names of the labels that all series of a query carry; none where it returns nothing.</summary>
    public async Task<IReadOnlySet<string>> LabelsAsync(string query) =>
        (await SeriesAsync(query)).Select(one => one!["metric"]!.AsObject().Select(label => label.Key).ToHashSet())
            .Aggregate((HashSet<string>?)null, (common, labels) => common is null ? labels : [.. common.Intersect(labels)]) ?? [];

    /// <summary>How the last evaluation of every rule went, in Prometheus' words; <c>ok</c> is well, <c>unknown</c> before the first.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RulesAsync()
    {
        var groups = (await GetAsync("/api/v1/rules", "rules"))["groups"]!.AsArray();
        return groups.SelectMany(group => group!["rules"]!.AsArray())
            .ToDictionary(rule => rule!["name"]!.GetValue<string>(), rule => $"{rule!["health"]}{rule["lastError"]}", StringComparer.Ordinal);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<JsonArray> SeriesAsync(string query) =>
        (await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}", query))["result"]!.AsArray();

    private async Task<JsonNode> GetAsync(string path, string what)
    {
        using var answer = await AskAsync(path);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{what}: {body}");
        return JsonNode.Parse(body)!["data"]!;
    }

    // Prometheus says +Inf where .NET says Infinity.
    private static double Number(string text) => double.Parse(text.Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    /// <summary>It takes a moment to listen.</summary>
    private async Task<HttpResponseMessage> AskAsync(string path)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            try
            {
                return await _client.GetAsync(new Uri(path, UriKind.Relative));
            }
            catch (HttpRequestException) when (waited.Elapsed < Deadline && !_process.HasExited)
            {
            }
        }
    }
}
