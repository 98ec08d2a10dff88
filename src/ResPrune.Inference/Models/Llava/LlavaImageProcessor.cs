using ResPrune.Inference.Engine;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Models.Llava;

/// <summary>One square picture of always as many visual tokens.</summary>
/// <param name="pixels">CLIP's or LLaVA's processor.</param>
/// <param name="visualTokens">Patches of a picture.</param>
internal sealed class LlavaImageProcessor(ImageProcessor pixels, int visualTokens) : IImageProcessor
{
    private readonly VisualLayout _layout = VisualLayout.OneTile(visualTokens);

    /// <inheritdoc/>
    public bool HasDynamicResolution => false;

    /// <inheritdoc/>
    public InputResult<VisualLayout> Layout(int height, int width, ImageSizeLimits limits) => _layout;

    /// <inheritdoc/>
    public InputResult<ImageInput> Process(ReadOnlySpan<byte> file, ImageSizeLimits limits) =>
        pixels.Process(file).TryGet(out var values, out var failure) ? new ImageInput(values, _layout) : failure;
}
