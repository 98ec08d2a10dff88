using System.CommandLine;
using ResPrune.Cli.Fleet;
using ResPrune.Server.Fleet;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune list</c>: the batches of a fleet.</summary>
internal static class ListCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var fleet = new FleetArguments();
        var json = new Option<bool>("--json") { Description = "A JSON array." };
        var command = new Command("list", "Shows the batches of a fleet, the last one first.");
        fleet.AddTo(command);
        command.Add(json);
        command.SetAction((parsed, _) => ListSession.RunAsync(
            FleetConfiguration.Connection(fleet.Configure(parsed)), parsed.GetValue(json), parsed.InvocationConfiguration.Output));
        return command;
    }
}
