using ResPrune.Inference.Engine;
using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Processing;

/// <summary>(9) How a family turns picture files into what its vision encoder takes; immutable and safe to use from any thread.</summary>
internal interface IImageProcessor
{
    /// <summary>Whether the number of visual tokens follows the picture's size, so that <see cref="ImageSizeLimits"/> mean something.</summary>
    bool HasDynamicResolution { get; }

    /// <summary>Where the visual tokens of a picture of this size will lie, without any pixel.</summary>
    InputResult<VisualLayout> Layout(int height, int width, ImageSizeLimits limits);

    /// <summary>Decodes and prepares a picture file.</summary>
    InputResult<ImageInput> Process(ReadOnlySpan<byte> file, ImageSizeLimits limits);
}
