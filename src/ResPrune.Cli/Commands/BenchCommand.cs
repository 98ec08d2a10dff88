using System.CommandLine;
using System.CommandLine.Parsing;
using ResPrune.Cli.Benchmarking;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune bench</c>: what pruning saves in time.</summary>
internal sealed class BenchCommand
{
    private readonly EngineArguments _engine = new();

    private readonly PictureSizeArguments _pictureSize = new();

    private readonly Option<string?> _shape = ValueOption.Create<string?>(
        "--shape", RandomModel.Llava15, "Random weights of these widths instead of a model folder, to see the effect at real sizes.", null,
        text => ValueOption.Word(text, [RandomModel.Llava15]));

    private readonly Option<int?> _layers = ValueOption.OptionalNumber(
        "--layers", "N", "Decoder layers of --shape. Default: 2 (the published model has 32).", 1, 32);

    private readonly Option<int?> _visionLayers = ValueOption.OptionalNumber(
        "--vision-layers", "N", "Encoder layers of --shape. Default: 24.", 2, 24);

    private readonly Option<IReadOnlyList<string>> _keep = ValueOption.List(
        "--keep", "LIST", "Token budgets, between commas.", ["all", "1/3", "1/9"], RunCommand.Keep);

    private readonly Option<IReadOnlyList<int>> _batchSizes = ValueOption.List(
        "--batch-size", "LIST", "Batch sizes, between commas.", [1, 8], text => ValueOption.Number(text, 1, 1024));

    private readonly Option<int> _images = ValueOption.Number("--images", "N", "Pictures of one repetition.", 24, 1, 1_000_000);

    private readonly Option<int> _maxTokens = ValueOption.Number("--max-tokens", "N", "Tokens generated for each picture.", 16, 1, 1 << 12);

    private readonly Option<bool> _json = new("--json") { Description = "The report as JSON." };

    private BenchCommand()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var options = new BenchCommand();
        var command = new Command("bench", "Measures images per second and time per stage at several token budgets; read the ratios.");
        options._engine.AddTo(command);
        options._pictureSize.AddTo(command);
        Option[] others =
        [
            options._shape, options._layers, options._visionLayers, options._keep, options._batchSizes, options._images, options._maxTokens,
            options._json,
        ];
        foreach (var option in others) command.Add(option);
        command.Validators.Add(options.Validate);
        command.SetAction((parsed, _) => BenchmarkSession.RunAsync(
            options.Read(parsed), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private void Validate(CommandResult result)
    {
        // Whether they were typed, not their values: those may be the very thing that is wrong.
        var shaped = IsTyped(result, _shape);
        if (!shaped && (IsTyped(result, _layers) || IsTyped(result, _visionLayers)))
            result.AddError($"--layers and --vision-layers need --shape {RandomModel.Llava15}.");
        if (shaped && _pictureSize.AreTyped(result)) result.AddError($"--shape {RandomModel.Llava15} has a fixed resolution: leave --min-pixels and --max-pixels out.");
        if (shaped && _engine.HasModel(result)) result.AddError("--shape makes its own weights: leave --model out.");
    }

    private static bool IsTyped(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private BenchmarkSettings Read(ParseResult parsed)
    {
        var engine = _engine.Read(parsed, batchSize: 1);
        return new BenchmarkSettings
        {
            Engine = engine,
            PictureSize = _pictureSize.Read(parsed, engine),
            Random = parsed.GetValue(_shape) is { } shape
                ? new RandomModel(shape, parsed.GetValue(_layers) ?? 2, parsed.GetValue(_visionLayers) ?? 24)
                : null,
            Keep = parsed.GetValue(_keep)!,
            BatchSizes = parsed.GetValue(_batchSizes)!,
            Images = parsed.GetValue(_images),
            MaxTokens = parsed.GetValue(_maxTokens),
            Json = parsed.GetValue(_json),
        };
    }
}
