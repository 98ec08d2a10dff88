using ResPrune.Inference.Models;
using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Engine;

/// <summary>
/// About how many bytes preparing an image takes at most, by what its header claims: the decoded pixels, as many again for what the decoder holds
/// or for turning them upright, and the pixel values that the encoder gets, with the resized image that they are made from.
/// </summary>
/// <param name="images">The model's processor.</param>
/// <param name="encoder">Shape of its encoder.</param>
/// <param name="maxMegapixels">Most pixels, in millions, that are decoded.</param>
internal sealed class ImageCost(IImageProcessor images, EncoderShape encoder, double maxMegapixels)
{
    /// <summary>Frames that a still image becomes where its encoder takes videos too.</summary>
    private const int Frames = 2;

    /// <summary>The cost; 0 for what will be refused by its header.</summary>
    public long Of(ReadOnlySpan<byte> file, ImageSizeLimits limits)
    {
        if (ImageHeader.ReadSize(file) is not var (width, height)) return 0;
        if (width < 1 || height < 1 || width > int.MaxValue || height > int.MaxValue || width * height > maxMegapixels * 1e6) return 0;
        return (2 * RgbImage.PixelBytes * width * height) + Prepared((int)height, (int)width, limits);
    }

    private long Prepared(int height, int width, ImageSizeLimits limits)
    {
        if (!images.Layout(height, width, limits).TryGet(out var layout, out _)) return 0;
        var patches = encoder.PatchesPerTile is { } tile ? (long)layout.Tiles.Count * tile : (long)layout.Tokens * encoder.PatchesPerToken * Frames;
        var pixels = patches * encoder.PatchSize * encoder.PatchSize;
        return pixels * ((PixelValues.Channels * sizeof(float)) + RgbImage.PixelBytes);
    }
}
