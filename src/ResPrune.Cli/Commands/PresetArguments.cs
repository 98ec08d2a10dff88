using System.CommandLine;
using System.CommandLine.Parsing;
using ResPrune.Cli.RandomModels;
using ResPrune.Inference.RandomWeights;

namespace ResPrune.Cli.Commands;

/// <summary>The options that name a published model's shapes; the same for every verb.</summary>
internal sealed class PresetArguments
{
    private readonly Option<string?> _like;
    private readonly Option<int?> _layers;
    private readonly Option<int?> _visionLayers;
    private readonly bool _required;
    private readonly int? _defaultLayers;

    /// <param name="description">What is done with the shapes.</param>
    /// <param name="required">Whether one must be named.</param>
    /// <param name="defaultLayers">Decoder layers when none are typed; null means all.</param>
    public PresetArguments(string description, bool required, int? defaultLayers)
    {
        _defaultLayers = defaultLayers;
        string[] names = [.. ModelPresets.All.Select(preset => preset.Name)];
        _like = ValueOption.Create<string?>("--like", string.Join('|', names), description, null, text => ValueOption.Word(text, names));
        _required = required;
        var decoder = defaultLayers is { } few ? $"{few}" : "all";
        _layers = ValueOption.OptionalNumber("--layers", "N", $"Only the first N decoder layers of --like. Default: {decoder}.", 1, 1 << 10);
        _visionLayers = ValueOption.OptionalNumber("--vision-layers", "N", "Only the first N encoder layers of --like. Default: all.", 2, 1 << 10);
    }

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Add(_like);
        command.Add(_layers);
        command.Add(_visionLayers);
        command.Validators.Add(Validate);
    }

    /// <summary>Whether a model was named.</summary>
    public bool IsTyped(CommandResult result) => IsTyped(result, _like);

    /// <summary>What was typed; null when no model was named.</summary>
    /// <exception cref="UsageException">The model has fewer layers than were asked for.</exception>
    public RandomModel? Read(ParseResult parsed)
    {
        if (parsed.GetValue(_like) is not { } name) return null;
        var preset = ModelPresets.Find(name);
        return new RandomModel(
            preset,
            Layers("--layers", parsed.GetValue(_layers), _defaultLayers ?? preset.Layers, preset.Layers, name),
            Layers("--vision-layers", parsed.GetValue(_visionLayers), preset.VisionLayers, preset.VisionLayers, name));
    }

    // Whether they were typed, not their values: those may be the very thing that is wrong.
    private static bool IsTyped(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private void Validate(CommandResult result)
    {
        if (IsTyped(result)) return;
        if (_required) result.AddError($"--like {_like.HelpName} is needed.");
        else if (IsTyped(result, _layers) || IsTyped(result, _visionLayers)) result.AddError($"--layers and --vision-layers need --like {_like.HelpName}.");
    }

    private static int Layers(string option, int? typed, int defaultLayers, int most, string name) => (typed ?? defaultLayers) <= most
        ? typed ?? defaultLayers
        : throw new UsageException($"{option} {typed}: {name} has {most} of these layers; fewer can be asked for, not more.");
}
