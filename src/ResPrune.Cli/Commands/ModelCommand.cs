using System.CommandLine;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune model</c>: what can be done with model folders.</summary>
internal static class ModelCommand
{
    /// <summary>The group.</summary>
    public static Command Create() => new("model", "Fetches, makes and examines model folders.")
    {
        ModelCheckCommand.Create(),
        ModelInfoCommand.Create(),
        ModelPullCommand.Create(),
        ModelRandomCommand.Create(),
    };
}
