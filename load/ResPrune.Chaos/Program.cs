using ResPrune.Chaos;
using ResPrune.Chaos.Devices;
using ResPrune.Chaos.Measuring;

// A worker is this program again, in a process of its own.
if (args is [ChaosSilo.Verb, ..]) return await ChaosSilo.RunAsync(args);
ChaosOptions options;
try
{
    options = ChaosOptions.Parse(args);
}
catch (Exception exception) when (exception is FormatException or ArgumentException)
{
    Console.Error.WriteLine($"chaos: {exception.Message}\n{ChaosOptions.Usage}");
    return 2;
}

var folder = Directory.CreateTempSubdirectory("resprune-chaos-").FullName;
try
{
    if (options.Recovery is { } repetitions) return await new RecoveryRun(repetitions, folder, Console.Out).RunAsync() ? 0 : 1;
    if (options.Neighbour is { } rounds) return await new NeighbourRun(rounds, folder, Console.Out).RunAsync() ? 0 : 1;
    var run = new ChaosRun(options, folder, Console.Out);
    await run.RunAsync();
    if (!options.BreakCommits) return run.Bad == 0 ? 0 : 1;
    Console.WriteLine(run.Bad > 0
        ? "without create-only commits the faults bite: answers were published twice, as expected"
        : "without create-only commits nothing went wrong: the faults do not bite; take more seeds");
    return run.Bad > 0 ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
