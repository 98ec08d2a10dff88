using System.CommandLine;
using ResPrune.Cli.Inspecting;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune model info DIR</c>: what a model folder is and what it would cost, without loading it.</summary>
internal sealed class ModelInfoCommand
{
    private readonly Argument<string> _model = ModelFolder.Argument();

    private readonly EngineArguments _engine = new();

    private readonly Option<IReadOnlyList<string>> _keep = ValueOption.List(
        "--keep", "LIST", "Token budgets whose cost is shown, between commas.", ["all", "1/3", "1/9"], JobArguments.Keep);

    private readonly Option<bool> _json = new("--json") { Description = "The report as JSON." };

    private ModelInfoCommand()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var options = new ModelInfoCommand();
        var command = new Command(
            "info", "Family, shapes, weights and files of a model, tokens and cost of pictures, and the memory it needs here; no weight is loaded.")
        {
            options._model,
        };
        options._engine.AddDeviceTo(command);
        command.Add(options._keep);
        command.Add(options._json);
        command.SetAction(parsed => InfoSession.Run(
            options._engine.Read(parsed, ModelFolder.Find(parsed.GetRequiredValue(options._model)), batchSize: 1),
            parsed.GetValue(options._keep)!,
            parsed.GetValue(options._json),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }
}
