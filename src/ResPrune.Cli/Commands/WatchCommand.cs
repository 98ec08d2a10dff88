using System.CommandLine;
using ResPrune.Cli.Fleet;
using ResPrune.Server.Fleet;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune watch ID</c>: follows a batch to its end.</summary>
internal static class WatchCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var fleet = new FleetArguments();
        var batch = BatchArgument.Create();
        var json = new Option<bool>("--json") { Description = "One JSON object on standard output at the end, and nothing else." };
        var quiet = new Option<bool>("--quiet") { Description = "One line at the end, and nothing else." };
        var command = new Command("watch", "Follows a batch to its end; the exit code is that of 'resprune run'.") { batch };
        fleet.AddTo(command);
        command.Add(json);
        command.Add(quiet);
        command.SetAction((parsed, _) => WatchSession.RunAsync(
            FleetConfiguration.Connection(fleet.Configure(parsed)),
            parsed.GetRequiredValue(batch),
            parsed.GetValue(json),
            parsed.GetValue(quiet),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }
}
