using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using ResPrune.Cli.Commands;
using ResPrune.Inference.Engine;
using ResPrune.Server.Fleet;

namespace ResPrune.Chaos.Devices;

/// <summary><c>resprune silo</c> as it is, but for a device that can be broken from outside.</summary>
internal static class ChaosSilo
{
    /// <summary>First word of the command line.</summary>
    public const string Verb = "silo";

    /// <summary>Environment variable with the file in which the device finds what it is to do (<see cref="DeviceOrder"/>).</summary>
    public const string OrdersVariable = "CHAOS_DEVICE_ORDERS";

    /// <summary>Environment variable with the time that a device which only keeps time takes for a request; a device is real without it.</summary>
    public const string PaceVariable = "CHAOS_DEVICE_PACE";

    /// <summary>Runs it to its end.</summary>
    /// <returns>The exit code of the command.</returns>
    public static Task<int> RunAsync(string[] arguments) => CommandLine.InvokeAsync(
        new RootCommand("A worker whose device can be broken.") { SiloCommand.Create(LoadAsync) }, arguments, Console.Out, Console.Error);

    private static async Task<IVisionLanguageEngine> LoadAsync(
        string device, FleetSiloOptions options, EngineInstruments instruments, ILogger logger, CancellationToken cancellationToken)
    {
        var orders = Environment.GetEnvironmentVariable(OrdersVariable) ?? throw new InvalidOperationException($"{OrdersVariable} is not set.");
        var engine = Environment.GetEnvironmentVariable(PaceVariable) is { } pace
            ? new PacedEngine(device, TimeSpan.Parse(pace, CultureInfo.InvariantCulture))
            : await FleetSilo.ModelEngines(device, options, instruments, logger, cancellationToken);
        return new BreakableEngine(engine, orders);
    }
}
