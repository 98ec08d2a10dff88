using System.CommandLine;

namespace ResPrune.FleetCost.Starvation;

/// <summary><c>starvation</c>.</summary>
internal static class StarvationCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var workers = new Option<int>("--workers") { Description = "Worker silos, a device each.", DefaultValueFactory = _ => 3 };
        var rows = new Option<int>("--rows") { Description = "Rows of the batch.", DefaultValueFactory = _ => 20_000 };
        var batchTime = new Option<int>("--batch-time") { Description = "Milliseconds of a micro-batch.", DefaultValueFactory = _ => 50 };
        var store = new Option<string>("--store") { Description = "folder, or container of Azurite.", DefaultValueFactory = _ => "folder" };
        store.AcceptOnlyFromAmong("folder", "container");
        var most = new Option<double>("--at-most") { Description = "Most starved share that is no failure.", DefaultValueFactory = _ => 0.03 };
        var command = new Command("starvation", "How long the devices of real workers wait.") { workers, rows, batchTime, store, most };
        command.SetAction((parsed, cancellationToken) => new StarvationRun(parsed.InvocationConfiguration.Output)
        {
            Workers = parsed.GetRequiredValue(workers),
            Rows = parsed.GetRequiredValue(rows),
            BatchTime = TimeSpan.FromMilliseconds(parsed.GetRequiredValue(batchTime)),
            IsContainer = parsed.GetRequiredValue(store) == "container",
            AtMost = parsed.GetRequiredValue(most),
        }.RunAsync(cancellationToken));
        return command;
    }
}
