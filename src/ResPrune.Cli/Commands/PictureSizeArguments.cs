using System.CommandLine;
using ResPrune.Inference.Engine;
using ResPrune.Inference.RandomWeights;

namespace ResPrune.Cli.Commands;

/// <summary>The options that bound a picture's pixels, for models whose resolution follows the picture; the same for every verb.</summary>
internal sealed class PictureSizeArguments
{
    private readonly Option<int?> _minPixels = ValueOption.OptionalNumber(
        "--min-pixels", "N", "Enlarge smaller pictures to N pixels; only for models of dynamic resolution. Default: the model's own.",
        1, int.MaxValue);

    private readonly Option<int?> _maxPixels = ValueOption.OptionalNumber(
        "--max-pixels", "N", "Reduce larger pictures to N pixels; only for models of dynamic resolution. Default: the model's own.",
        1, int.MaxValue);

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Add(_minPixels);
        command.Add(_maxPixels);
    }

    /// <summary>What was typed.</summary>
    /// <exception cref="UsageException">The bounds contradict each other, or mean nothing to the model.</exception>
    /// <exception cref="ModelLoadException">Bounds were typed and the model's folder cannot be read.</exception>
    public ImageSizeLimits Read(ParseResult parsed, EngineOptions engine) =>
        Read(parsed, () => ModelResolution.FollowsThePicture(engine.ModelDirectory), ModelName.Of(engine.ModelDirectory));

    /// <summary>What was typed, for a model with random weights.</summary>
    /// <exception cref="UsageException">The bounds contradict each other, or mean nothing to the model.</exception>
    public ImageSizeLimits Read(ParseResult parsed, ModelPreset preset) => Read(parsed, () => preset.FollowsThePicture, preset.Name);

    private ImageSizeLimits Read(ParseResult parsed, Func<bool> followsThePicture, string model)
    {
        var limits = Read(parsed);
        if (limits == default) return limits;
        return followsThePicture()
            ? limits
            : throw new UsageException($"--min-pixels and --max-pixels mean nothing to {model}, whose resolution is fixed: leave them out.");
    }

    /// <summary>What was typed, where the model is not known.</summary>
    /// <exception cref="UsageException">The bounds contradict each other.</exception>
    public ImageSizeLimits Read(ParseResult parsed)
    {
        var limits = new ImageSizeLimits(parsed.GetValue(_minPixels), parsed.GetValue(_maxPixels));
        return limits.MinPixels > limits.MaxPixels
            ? throw new UsageException($"--min-pixels {limits.MinPixels} is more than --max-pixels {limits.MaxPixels}.")
            : limits;
    }
}
