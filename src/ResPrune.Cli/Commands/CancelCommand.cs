using System.CommandLine;
using ResPrune.Cli.Fleet;
using ResPrune.Server.Fleet;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune cancel ID</c>: ends a batch early.</summary>
internal static class CancelCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var fleet = new FleetArguments();
        var batch = BatchArgument.Create();
        var command = new Command("cancel", "Ends a batch early; what is answered stays.") { batch };
        fleet.AddTo(command);
        command.SetAction((parsed, _) => CancelSession.RunAsync(
            FleetConfiguration.Connection(fleet.Configure(parsed)),
            parsed.GetRequiredValue(batch),
            parsed.InvocationConfiguration.Output));
        return command;
    }
}
