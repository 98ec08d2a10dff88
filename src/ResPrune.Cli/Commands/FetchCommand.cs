using System.CommandLine;
using ResPrune.Cli.Fleet;
using ResPrune.Server.Fleet;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune fetch ID</c>: brings the results of a batch here.</summary>
internal static class FetchCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var fleet = new FleetArguments();
        var batch = BatchArgument.Create();
        var output = ValueOption.Create(
            "--output", "DIR", "Where the results go. Files that are there and differ are never overwritten.", "resprune-output", text => text);
        var command = new Command("fetch", "Brings the results of a batch that has ended here; needs the store only.") { batch };
        fleet.AddTo(command);
        command.Add(output);
        command.SetAction((parsed, _) => FetchSession.RunAsync(
            FleetConfiguration.Store(fleet.Configure(parsed)),
            parsed.GetRequiredValue(batch),
            parsed.GetValue(output)!,
            parsed.InvocationConfiguration.Output));
        return command;
    }
}
