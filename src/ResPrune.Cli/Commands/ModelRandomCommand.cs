using System.CommandLine;
using ResPrune.Cli.RandomModels;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune model random</c>: a folder with a published model's shapes and random weights.</summary>
internal sealed class ModelRandomCommand
{
    private readonly PresetArguments _preset = new("Whose config, image processor and shapes.", required: true, defaultLayers: null);

    private readonly Option<string> _output = new("--output") { Description = "The folder to make.", HelpName = "DIR", Required = true };

    private ModelRandomCommand()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var options = new ModelRandomCommand();
        var command = new Command(
            "random", "Makes a model folder with a published model's shapes and random weights, to measure speed and memory without a download; its answers mean nothing.");
        options._preset.AddTo(command);
        command.Add(options._output);
        command.SetAction((parsed, _) => RandomModelSession.RunAsync(
            options._preset.Read(parsed)!,
            parsed.GetRequiredValue(options._output),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }
}
