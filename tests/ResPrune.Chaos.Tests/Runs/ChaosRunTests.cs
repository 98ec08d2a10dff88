using System.Diagnostics;
using System.Globalization;

namespace ResPrune.Chaos.Tests.Runs;

/// <summary>Twenty seeds against real processes, as <c>load/chaos.sh</c> runs them.</summary>
[Trait("Category", "Chaos")]
public sealed class ChaosRunTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4.5);

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(11)]
    [InlineData(16)]
    public async Task NothingIsLostAndNothingIsPublishedTwice(int from)
    {
        var script = Path.Combine(Repository(), "load", "chaos.sh");
        string[] arguments = [script, "--from", from.ToString(CultureInfo.InvariantCulture), "--count", "5", "--rows", "80", "--keep-going"];
        var start = new ProcessStartInfo("bash", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CHAOS_BUILT"] = "1";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        var said = $"{await output}\n{await error}";
        Assert.True(process.HasExited && process.ExitCode == 0, said);
        Assert.Contains("5 seeds, 0 with violations", said, StringComparison.Ordinal);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ResPrune.Cluster.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}.");
    }
}
