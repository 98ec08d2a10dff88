using System.CommandLine;
using System.Globalization;

namespace ResPrune.FleetCost.Memory;

/// <summary><c>memory</c>.</summary>
internal static class MemoryCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var rows = new Option<string>("--rows") { Description = "Rows of the batches, one after another.", DefaultValueFactory = _ => "100000,1000000" };
        rows.Validators.Add(found =>
        {
            if (!Array.TrueForAll(found.GetValueOrDefault<string>().Split(','), text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0))
                found.AddError("--rows: write whole numbers above 0 between commas.");
        });
        var workers = new Option<int>("--workers") { Description = "Workers that hold shards, two each.", DefaultValueFactory = _ => 64 };
        var command = new Command("memory", "Memory of a control silo in a process of its own, over the rows of a batch.") { rows, workers };
        command.SetAction((parsed, cancellationToken) => MemoryRun.RunAsync(
            [.. parsed.GetRequiredValue(rows).Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))],
            parsed.GetRequiredValue(workers),
            parsed.InvocationConfiguration.Output,
            cancellationToken));
        return command;
    }
}
