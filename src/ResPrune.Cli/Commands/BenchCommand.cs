using System.CommandLine;
using System.CommandLine.Parsing;
using ResPrune.Cli.Benchmarking;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune bench</c>: what pruning saves in time.</summary>
internal sealed class BenchCommand
{
    private readonly EngineArguments _engine = new();

    private readonly PictureSizeArguments _pictureSize = new();

    private readonly PresetArguments _preset = new(
        "Random weights of these shapes instead of a model folder, to see the effect at real sizes.", required: false, defaultLayers: 2);

    private readonly Option<IReadOnlyList<string>> _keep = ValueOption.List(
        "--keep", "LIST", "Token budgets, between commas.", ["all", "1/3", "1/9"], JobArguments.Keep);

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
        options._preset.AddTo(command);
        Option[] others = [options._keep, options._batchSizes, options._images, options._maxTokens, options._json];
        foreach (var option in others) command.Add(option);
        command.Validators.Add(options.Validate);
        command.SetAction((parsed, _) => BenchmarkSession.RunAsync(
            options.Read(parsed), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private void Validate(CommandResult result)
    {
        if (_preset.IsTyped(result) && _engine.HasModel(result)) result.AddError("--like makes its own weights: leave --model out.");
    }

    private BenchmarkSettings Read(ParseResult parsed)
    {
        var engine = _engine.Read(parsed, batchSize: 1);
        var random = _preset.Read(parsed);
        return new BenchmarkSettings
        {
            Engine = engine,
            PictureSize = random is null ? _pictureSize.Read(parsed, engine) : _pictureSize.Read(parsed, random.Preset),
            Random = random,
            Keep = parsed.GetValue(_keep)!,
            BatchSizes = parsed.GetValue(_batchSizes)!,
            Images = parsed.GetValue(_images),
            MaxTokens = parsed.GetValue(_maxTokens),
            Json = parsed.GetValue(_json),
        };
    }
}
