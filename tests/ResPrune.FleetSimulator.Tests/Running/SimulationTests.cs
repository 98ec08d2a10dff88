using System.Diagnostics;
using ResPrune.FleetSimulator.Running;

namespace ResPrune.FleetSimulator.Tests.Running;

/// <summary>As a process of its own: the clock moves only when the thread pool is idle, and a test host's never is.</summary>
public sealed class SimulationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task ASmallFleetAnswersEveryRowOnceAndItsDevicesAreBusy()
    {
        var (exit, output) = await RunAsync("--silos", "2", "--devices", "2", "--rows", "3000", "--slow-share", "0.5", "--at-least", "0.85");

        Assert.True(exit == 0, output);
        Assert.Contains("every id once, manifest and record right", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AUtilisationBelowTheLeastIsAFailure()
    {
        // A store ten times as slow as a micro-batch: one shard for a device leaves it waiting.
        var (exit, output) = await RunAsync("--silos", "1", "--devices", "1", "--rows", "64", "--read", "500ms", "--at-least", "0.95");

        Assert.True(exit == 1, output);
        Assert.Contains("utilisation", output.Split("WRONG")[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANumberOfRowsThatIsNoneIsNamed()
    {
        var (exit, output) = await RunAsync("--rows", "100,0");

        Assert.True(exit == 1, output);
        Assert.Contains("--rows: '0'", output, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Simulation).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
