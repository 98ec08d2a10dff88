using System.CommandLine;

namespace ResPrune.FleetCost.ManyBatches;

/// <summary><c>many-batches</c>.</summary>
internal static class ManyBatchesCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var batches = new Option<int>("--batches") { Description = "Batches of one row each.", DefaultValueFactory = _ => 1000 };
        var latency = new Option<double>("--latency") { Description = "Seconds that every request of a silo to the store takes longer.", DefaultValueFactory = _ => 2 };
        var workers = new Option<int>("--workers") { Description = "Worker silos, a device each.", DefaultValueFactory = _ => 3 };
        var command = new Command("many-batches", "How long many open batches take after all silos were killed, on a slow store.") { batches, latency, workers };
        command.SetAction((parsed, cancellationToken) => new ManyBatchesRun(parsed.InvocationConfiguration.Output)
        {
            Batches = parsed.GetRequiredValue(batches),
            Latency = TimeSpan.FromSeconds(parsed.GetRequiredValue(latency)),
            Workers = parsed.GetRequiredValue(workers),
        }.RunAsync(cancellationToken));
        return command;
    }
}
