using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ResPrune.Chaos.Tests.Runs;

/// <summary>Twelve seeds against real processes, as <c>load/chaos.sh</c> runs them.</summary>
[Trait("Category", "Chaos")]
public sealed class ChaosRunTests
{
    /// <summary>Between two lines of the run there is a seed at most; how long one takes is the machine's business, that it ends is not.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(4);

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    public async Task NothingIsLostAndNothingIsPublishedTwice(int from)
    {
        var script = Path.Combine(Repository(), "load", "chaos.sh");
        string[] arguments = [script, "--from", from.ToString(CultureInfo.InvariantCulture), "--count", "6", "--rows", "80", "--keep-going"];
        var start = new ProcessStartInfo("bash", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CHAOS_BUILT"] = "1";
        using var deadline = new CancellationTokenSource(Silence);
        using var process = Process.Start(start)!;
        var said = new ConcurrentQueue<string>();
        void Hear(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null) return;
            said.Enqueue(line.Data);
            deadline.CancelAfter(Silence);
        }

        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"Nothing was said for {Silence}, after:\n{string.Join('\n', said)}");
        }

        Assert.True(process.ExitCode == 0, string.Join('\n', said));
        Assert.Contains(said, line => line.Contains("6 seeds, 0 with violations", StringComparison.Ordinal));
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ResPrune.Cluster.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}.");
    }
}
