using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ResPrune.Cli.Tests.Processes;

/// <summary><c>--metrics-port</c> while a run is on.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly Workplace _place = new();
    private readonly HttpClient _client = new();

    [Fact]
    public async Task AScrapeDuringARunSatisfiesPromtool()
    {
        var port = FreePort.Next();
        using var running = Resprune.Start(
            "run", _place.LongJob(120), "--max-tokens", "4", "--metrics-port", port.ToString(CultureInfo.InvariantCulture), "--output",
                _place.Output);
        await running.UntilAsync("The first commit", () => _place.Commits() >= 1);
        var scrape = await _client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));

        var ours = string.Concat(
            scrape.Split('\n').Where(line => line.Contains("resprune_", StringComparison.Ordinal)).Select(line => line + "\n"));
        Assert.Matches("resprune_images_total(\\{[^}]*\\})? [1-9]", ours);
        Assert.Matches("resprune_visual_tokens_total\\{[^}]*kind=\"kept\"[^}]*\\} [1-9]", ours);
        var (exitCode, words) = await PromtoolAsync(ours);
        Assert.True(exitCode == 0, $"promtool check metrics ended with {exitCode}: {words}");
    }

    [Fact]
    public async Task APortThatIsTakenIsRefused()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var outcome = await Resprune.RunAsync(
            "run", _place.Pictures(1), "--ask", "What?", "--metrics-port", port, "--output", _place.Output);
        outcome.ExpectRefusal("--metrics-port", port);
    }

    public void Dispose()
    {
        _client.Dispose();
        _place.Dispose();
    }

    private static async Task<(int ExitCode, string Words)> PromtoolAsync(string metrics)
    {
        var start = new ProcessStartInfo("promtool", ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true };
        using var promtool = Process.Start(start)!;
        await promtool.StandardInput.WriteAsync(metrics);
        promtool.StandardInput.Close();
        var words = await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, words);
    }
}
