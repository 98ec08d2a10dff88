using Microsoft.Extensions.Configuration;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Rendering;
using ResPrune.Cli.Running;
using ResPrune.Cluster.Hosting;
using ResPrune.Server.Fleet;

namespace ResPrune.Cli.Fleet;

/// <summary><c>resprune silo</c> from beginning to end: joins, works until a signal comes, drains, leaves.</summary>
internal static class SiloSession
{
    /// <summary>Runs it.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="engines">Makes the engine of each device.</param>
    /// <param name="output">For what the silo is.</param>
    /// <param name="error">For what goes wrong.</param>
    /// <exception cref="FleetStartException">The silo could not start; the message says why.</exception>
    public static async Task<int> RunAsync(IConfiguration configuration, EngineLoader engines, TextWriter output, TextWriter error)
    {
        using var interruption = new Interruption();
        using var notice = interruption.Token.Register(() => error.WriteLine("resprune: leaving the fleet; once more to leave at once."));
        try
        {
            await using var silo = await FleetSilo.StartAsync(configuration, engines, message => EndNow(message, error), interruption.Token);
            output.WriteLine(Describe(silo.Facts));
            var stop = Task.Delay(Timeout.InfiniteTimeSpan, interruption.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            var first = await Task.WhenAny(stop, silo.Ended, silo.DeviceFailed);
            if (first == silo.DeviceFailed)
            {
                error.WriteLine($"resprune: {TerminalText.Clean(await silo.DeviceFailed, 500)} The silo hands back what it has and ends.");
                await silo.StopAsync(CancellationToken.None);
                return ExitCode.DeviceFailed;
            }

            if (first == silo.Ended)
            {
                error.WriteLine($"resprune: another silo has taken the name '{silo.Facts.Name}'; this one leaves.");
                await silo.StopAsync(CancellationToken.None);
                return ExitCode.Evicted;
            }

            await silo.StopAsync(CancellationToken.None);
            output.WriteLine($"silo {silo.Facts.Name} has left");
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            // Stopped before it had joined: there was nothing to hand back.
            return ExitCode.Success;
        }
    }

    private static string Describe(FleetSiloFacts silo)
    {
        List<string> parts = [$"silo {silo.Name} is up", $"role {silo.Role.ToString().ToLowerInvariant()}", $"at {silo.Address}"];
        if (silo.GatewayPort != 0) parts.Add($"gateway port {silo.GatewayPort}");
        if (silo.Role.HasFlag(SiloRole.Worker)) parts.Add($"devices {string.Join(' ', silo.Devices)}");
        if (silo.Metrics is { } metrics) parts.Add($"metrics at {metrics}");
        return string.Join(", ", parts);
    }

    // Whatever still runs here is the work of a silo that is no member any more.
    private static void EndNow(string message, TextWriter error)
    {
        error.WriteLine($"resprune: {TerminalText.Clean(message)}");
        error.Flush();
        ProcessExit.Now(ExitCode.Evicted);
    }
}
