using System.CommandLine;
using ResPrune.Cli.Inspecting;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune model check DIR</c>: loads a model and asks it about a picture.</summary>
internal sealed class ModelCheckCommand
{
    private readonly Argument<string> _model = ModelFolder.Argument();

    private readonly EngineArguments _engine = new();

    private readonly Option<string> _keep = ValueOption.Create(
        "--keep", "1/3|0.25|64", "The token budget to compare with all tokens.", "1/3", JobArguments.Keep);

    private readonly Option<int> _maxTokens = ValueOption.Number("--max-tokens", "N", "Tokens generated, neither fewer nor more.", 16, 2, 1 << 12);

    private readonly Option<bool> _json = new("--json") { Description = "The report as JSON." };

    private ModelCheckCommand()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var options = new ModelCheckCommand();
        var command = new Command(
            "check", "Loads a model strictly, asks it about one picture with and without pruning, and says how long and how much memory that took.")
        {
            options._model,
        };
        options._engine.AddDeviceTo(command);
        Option[] others = [options._keep, options._maxTokens, options._json];
        foreach (var option in others) command.Add(option);
        command.SetAction((parsed, _) => CheckSession.RunAsync(
            new CheckSettings(
                options._engine.Read(parsed, ModelFolder.Find(parsed.GetRequiredValue(options._model)), batchSize: 1),
                parsed.GetValue(options._keep)!,
                parsed.GetValue(options._maxTokens),
                parsed.GetValue(options._json)),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }
}
