using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ResPrune.Azurite;
using ResPrune.Batch.Storage;
using ResPrune.Cli.Tests.Processes;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>
/// A fleet with an account key and a Redis password, with everything logged that anybody in the process has to log, in good times and bad:
/// neither they nor what is asked and answered is in anything that leaves a process.
/// </summary>
public sealed partial class SecretsTests : IDisposable
{
    private const string Password = "redis-hunter2-4711";
    private const string WrongPassword = "redis-wrong-0815";
    private const string WrongKey = "d3JvbmcgYWNjb3VudCBrZXkgMDgxNQ==";
    private const string Question = "Is there a zanzibarine-4711 in the picture?";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly TestFleet _fleet = new(Password);
    private readonly HttpClient _client = new();
    private readonly List<(string Where, string Text)> _said = [];

    [Fact]
    public async Task NoKeyPasswordQuestionOrAnswerLeavesAProcess()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var azurite = await AzuriteServer.StartNewAsync();
        foreach (var (name, value) in collector.Variables) _fleet.Set(name, value);
        _fleet.Set("LOGGING__CONSOLE__FORMATTERNAME", "json");
        foreach (var category in (string[])["DEFAULT", "RESPRUNE"]) _fleet.Set($"LOGGING__LOGLEVEL__{category}", "Trace");
        _fleet.Set("RESPRUNE__STARTTIMEOUT", "00:02:00");
        await _fleet.UseAsync(azurite);
        var key = KeyIn().Match(azurite.ConnectionString).Groups[1].Value;

        Resprune[] silos =
        [
            _fleet.Start("control", "control-0", "--metrics-port", "0"),
            _fleet.Start("worker", "worker-0", "--device", "cpu", "--metrics-port", "0"),
        ];
        await TestFleet.AreUpAsync(silos);
        var batch = await RunThroughTroubleAsync(azurite, silos);
        foreach (var silo in silos) silo.Signal("TERM");
        foreach (var silo in silos) Keep("a silo", (await silo.EndAsync()).Expect(0));
        Keep("fetch", (await _fleet.RunAsync("fetch", batch, "--output", _fleet.Place.Output)).Expect(0));
        await RefuseAsync(azurite);

        Assert.Contains(_said, said => said.Text.Contains("\"Category\":\"Orleans", StringComparison.Ordinal) && said.Text.Contains("\"LogLevel\":\"Trace\"", StringComparison.Ordinal));
        Assert.Contains(collector.Spans, span => span.Name == "shard attempt");
        _said.AddRange(collector.Bodies.Select(body => ("a trace", Encoding.Latin1.GetString(body))));
        string[] answers = [.. _fleet.Results().Select(row => row["answer"]!.GetValue<string>()).Where(answer => answer.Length > 8).Distinct()];
        Assert.NotEmpty(answers);
        string[] secrets = [key, Uri.EscapeDataString(key), Password, WrongPassword, WrongKey, "zanzibarine", .. answers];
        foreach (var (where, text) in _said)
        {
            foreach (var secret in secrets)
            {
                var at = text.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
                Assert.True(at < 0, $"'{secret}' is in {where}: …{text[Math.Max(0, at - 300)..Math.Min(text.Length, Math.Max(0, at) + 100)]}");
            }
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _fleet.Dispose();
    }

    /// <summary>A batch, and the store is away in the middle of it.</summary>
    private async Task<string> RunThroughTroubleAsync(AzuriteServer azurite, Resprune[] silos)
    {
        var submitted = (await _fleet.RunAsync("submit", _fleet.Pictures(48), "--max-tokens", "16", "--ask", Question, "--ask", "What is in the picture?")).Expect(0);
        Keep("submit", submitted);
        var batch = submitted.Output.TrimEnd('\n').Split('\n')[^1];
        using var watch = _fleet.StartVerb("watch", batch);
        await watch.UntilAsync("The first commit", () => _fleet.Commits(batch) >= 1);
        await azurite.StopAsync();
        await silos[1].UntilAsync("Trouble with the store", () => silos[1].Error.Contains("Storage operation", StringComparison.Ordinal));
        foreach (var silo in silos) await ScrapeAsync(silo, HttpStatusCode.ServiceUnavailable);
        await azurite.StartAsync();
        Keep("watch", (await watch.EndAsync()).Expect(0));
        foreach (var silo in silos) await ScrapeAsync(silo, HttpStatusCode.OK);
        return batch;
    }

    /// <summary>What is said when a key or a password is wrong, or cannot even be read.</summary>
    private async Task RefuseAsync(AzuriteServer azurite)
    {
        _fleet.Set("RESPRUNE__STARTTIMEOUT", "00:00:02");
        await RefuseAsync("a wrong password", ["list", "--store", _fleet.Store, "--redis", _fleet.Redis.AddressWith(WrongPassword)]);
        await RefuseAsync("an unreadable Redis address", ["list", "--store", _fleet.Store, "--redis", $"password={WrongPassword},,="]);
        foreach (var (what, text) in (KeyValuePair<string, string>[])
            [
                new("a wrong key", KeyIn().Replace(azurite.ConnectionString, $"AccountKey={WrongKey};")),
                new("half a connection string", $"AccountName;AccountKey={WrongKey}"),
            ])
        {
            _fleet.Set(BlobStoresOptions.ConnectionStringVariable, text);
            await RefuseAsync(what, ["silo", "--role", "control", "--name", "bad", .. _fleet.Connection]);
        }
    }

    private async Task RefuseAsync(string what, string[] arguments)
    {
        using var running = Resprune.StartIn(_fleet.Place.PathOf(), _fleet.Environment, arguments);
        Keep(what, (await running.EndAsync()).Expect(2));
    }

    private void Keep(string where, Outcome outcome) => _said.Add((where, outcome.Output + outcome.Error));

    private async Task ScrapeAsync(Resprune silo, HttpStatusCode ready)
    {
        var address = new Uri($"http://{MetricsAddress().Match(silo.Output).Groups[1].Value}/");
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            using var answer = await _client.GetAsync(new Uri(address, "healthz/ready"));
            var said = await answer.Content.ReadAsStringAsync();
            _said.Add(("health", said));
            if (answer.StatusCode == ready) break;
            Assert.True(waited.Elapsed < Deadline, $"ready is {answer.StatusCode}: {said}");
        }

        _said.Add(("metrics", await _client.GetStringAsync(new Uri(address, "metrics"))));
    }

    [GeneratedRegex("AccountKey=([^;]+);")]
    private static partial Regex KeyIn();

    [GeneratedRegex("metrics at http://([^/]+)/metrics")]
    private static partial Regex MetricsAddress();
}
