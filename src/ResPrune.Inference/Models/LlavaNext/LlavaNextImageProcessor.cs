using ResPrune.Inference.Engine;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Models.LlavaNext;

/// <summary>(9) Decodes a picture, cuts it into tiles and lays out their patches.</summary>
internal sealed class LlavaNextImageProcessor : IImageProcessor
{
    private readonly ImageDecoder _decoder;
    private readonly AnyResTiler _tiler;
    private readonly int _patchesASide;

    /// <param name="config">The checkpoint's settings.</param>
    /// <param name="maxMegapixels">Most pixels, in millions, of a picture.</param>
    public LlavaNextImageProcessor(LlavaNextConfig config, double maxMegapixels)
    {
        _decoder = new ImageDecoder(maxMegapixels);
        _tiler = new AnyResTiler(config.Images);
        _patchesASide = config.PatchesASide;
    }

    /// <inheritdoc/>
    public bool HasDynamicResolution => false;

    /// <inheritdoc/>
    public InputResult<VisualLayout> Layout(int height, int width, ImageSizeLimits limits) => Pack(height, width).Layout;

    /// <inheritdoc/>
    public InputResult<ImageInput> Process(ReadOnlySpan<byte> file, ImageSizeLimits limits)
    {
        if (!_decoder.Decode(file).TryGet(out var image, out var failure)) return failure;
        using (image)
        {
            var (layout, sources) = Pack(image.Height, image.Width);
            return new LlavaNextImage(_tiler.Cut(image), layout, sources);
        }
    }

    private AnyResPacking Pack(int height, int width) =>
        AnyResPacking.Create(_tiler.Geometry.Fit(height, width), height, width, _patchesASide);
}
