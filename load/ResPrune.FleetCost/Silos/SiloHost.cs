using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using ResPrune.Inference.Engine;
using ResPrune.Server.Fleet;

namespace ResPrune.FleetCost.Silos;

/// <summary>
/// A silo as the product composes it, but for its engine. Obeys lines of its standard input, and leaves when that ends, so that none outlives
/// whoever started it.
/// </summary>
internal static class SiloHost
{
    public const string Up = "up";
    public const string Collect = "collect";

    private const string Device = "clock:0";

    private static readonly KeyValuePair<string, string?>[] Patience =
    [
        new("Membership:ProbeTimeout", "00:00:10"),
        new("Membership:MinProbeTimeout", "00:00:10"),
        new("Membership:MaxProbeTimeout", "00:00:20"),
        new("Membership:NumMissedProbesLimit", "10"),
        new("Membership:MaxJoinAttemptTime", "00:10:00"),
    ];

    /// <summary>Runs it to its end.</summary>
    public static async Task<int> RunAsync(SiloSettings settings)
    {
        Environment.SetEnvironmentVariable("LOGGING__LOGLEVEL__RESPRUNE", "Error");
        using var memory = new MemorySampler();
        SleepingEngine? engine = null;
        var silo = await FleetSilo.StartAsync(Configuration(settings), Load, EndNow, CancellationToken.None);
        await Console.Out.WriteLineAsync($"{Up} {silo.Facts.Metrics}");
        while (await ReadLineAsync() is { } line)
            if (line == Collect) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(memory.Take()));
        await silo.StopAsync(CancellationToken.None);
        if (engine is not null) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(engine.Spent()));
        return 0;

        Task<IVisionLanguageEngine> Load(
            string device, FleetSiloOptions options, EngineInstruments instruments, ILogger logger, CancellationToken cancellationToken) =>
            Task.FromResult<IVisionLanguageEngine>(engine = new SleepingEngine(device, settings.BatchTime, settings.Batch, instruments));
    }

    // Reading the console blocks, whatever its name: a thread of its own, so that none of the silo's is missing.
    private static Task<string?> ReadLineAsync() =>
        Task.Factory.StartNew(Console.In.ReadLine, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void EndNow(string message)
    {
        Console.Error.WriteLine(message);
        Environment.Exit(1);
    }

    private static IConfigurationRoot Configuration(SiloSettings settings) => FleetConfiguration.Load(
    [
        .. settings.IsPatient ? Patience : [],
        new(nameof(FleetSiloOptions.Name), settings.Name),
        new(nameof(FleetSiloOptions.Role), settings.IsControl ? "Control" : "Worker"),
        new(nameof(FleetSiloOptions.Device), Device),
        new(nameof(FleetSiloOptions.BatchSize), settings.Batch.ToString(CultureInfo.InvariantCulture)),
        new(nameof(FleetSiloOptions.MetricsPort), "0"),
        new(nameof(FleetConnectionOptions.Store), settings.Store),
        new(nameof(FleetConnectionOptions.Redis), settings.Redis),
    ]);
}
