using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Processing;

/// <summary>
/// (9) From the bytes of a picture file to pixel values, as transformers' CLIP and LLaVA image processors with Pillow do it: decode, pad, resize, crop,
/// rescale, normalise. Safe to use from any thread.
/// </summary>
internal sealed class ImageProcessor
{
    private readonly ImageProcessorConfig _config;
    private readonly ImageDecoder _decoder;
    private readonly long _maxOutputPixels;
    private readonly uint _paddingColour;
    private readonly PixelPlanes _planes;

    /// <summary>Takes the checkpoint's settings and the most pixels, in millions, of a picture.</summary>
    public ImageProcessor(ImageProcessorConfig config, double maxMegapixels)
    {
        _config = config;
        _decoder = new ImageDecoder(maxMegapixels);
        _maxOutputPixels = (long)Math.Min(maxMegapixels * 1e6, RgbImage.MaxPixels);
        _planes = new PixelPlanes(config);
        _paddingColour = PaddingColour(config);
    }

    /// <summary>Decodes and prepares a picture file.</summary>
    public InputResult<PixelValues> Process(ReadOnlySpan<byte> file)
    {
        if (!_decoder.Decode(file).TryGet(out var image, out var failure)) return failure;
        using (image) return Process(image);
    }

    /// <summary>Prepares a decoded picture.</summary>
    public InputResult<PixelValues> Process(RgbImage image)
    {
        var side = Math.Max(image.Width, image.Height);
        var (paddedHeight, paddedWidth) = _config.PadToSquare ? (side, side) : (image.Height, image.Width);
        var (resizedHeight, resizedWidth) = Resize(paddedHeight, paddedWidth);
        var (height, width) = _config.Crop ?? (resizedHeight, resizedWidth);
        if (height > int.MaxValue || width > int.MaxValue || height * width > _maxOutputPixels)
        {
            return new InputFailure(
                FailureReason.ImageTooLarge,
                $"The image of {image.Width}×{image.Height} pixels becomes {width}×{height}; at most {_maxOutputPixels / 1e6:0.##} megapixels are made.");
        }

        // What of the wanted window lies inside the resized picture; the rest is black.
        var rows = Window(resizedHeight, (int)height);
        var columns = Window(resizedWidth, (int)width);
        var down = ResampleAxis.Create(
            new AxisGeometry(image.Height, paddedHeight, (paddedHeight - image.Height) / 2, resizedHeight, rows.Start, rows.Length), _config.Filter);
        var across = ResampleAxis.Create(
            new AxisGeometry(image.Width, paddedWidth, (paddedWidth - image.Width) / 2, resizedWidth, columns.Start, columns.Length), _config.Filter);
        using var window = PillowResize.Resize(image, across, down, _paddingColour);
        var data = GC.AllocateUninitializedArray<float>(PixelValues.Channels * (int)height * (int)width);
        _planes.Write(window, new PixelWindow(0, 0, window.Width, window.Height, columns.Offset, rows.Offset), data, (int)height, (int)width);
        return new PixelValues(data, [PixelValues.Channels, (int)height, (int)width]);
    }

    /// <summary>Transformers' <c>get_resize_output_image_size</c>: the longer side is cut down to a whole number, not rounded.</summary>
    private (long Height, long Width) Resize(int height, int width)
    {
        if (!_config.Resize) return (height, width);
        if (_config.ShortestEdge is not { } edge) return _config.ResizeTo!.Value;
        var (shorter, longer) = width <= height ? (width, height) : (height, width);
        var other = (long)((double)((long)edge * longer) / shorter);
        return width <= height ? (other, edge) : (edge, other);
    }

    /// <summary>
    /// Transformers' <c>center_crop</c> along one axis: the first resized pixel taken, how many, and where in the output they begin. The difference
    /// is halved downwards also when it is negative.
    /// </summary>
    private static (long Start, int Length, int Offset) Window(long resized, int wanted)
    {
        var start = (resized - wanted) >> 1;
        var first = Math.Max(start, 0);
        return (first, (int)(Math.Min(start + wanted, resized) - first), (int)(first - start));
    }

    private static uint PaddingColour(ImageProcessorConfig config)
    {
        var colour = 0u;
        for (var channel = 0; channel < PixelValues.Channels; channel++)
            colour |= (uint)Math.Clamp((int)(config.Mean[channel] * 255), 0, 255) << (8 * channel);
        return colour;
    }
}
