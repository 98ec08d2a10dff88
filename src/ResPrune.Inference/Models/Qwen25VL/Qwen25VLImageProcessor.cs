using ResPrune.Inference.Engine;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>
/// (9) From the bytes of a picture file to patches, as transformers' <c>Qwen2VLImageProcessor</c> with Pillow does it: decode, resize to whole visual
/// tokens, rescale, normalise, cut up. Safe to use from any thread.
/// </summary>
internal sealed class Qwen25VLImageProcessor : IImageProcessor
{
    private readonly Qwen25VLImageProcessorConfig _config;
    private readonly ImageDecoder _decoder;
    private readonly PixelPlanes _planes;
    private readonly long _maxOutputPixels;

    /// <summary>Takes the checkpoint's settings and the most pixels, in millions, of a picture.</summary>
    public Qwen25VLImageProcessor(Qwen25VLImageProcessorConfig config, double maxMegapixels)
    {
        _config = config;
        _decoder = new ImageDecoder(maxMegapixels);
        _planes = new PixelPlanes(config.Pixels);

        // The values of all channels and frames must fit one array.
        _maxOutputPixels = (long)Math.Min(maxMegapixels * 1e6, Array.MaxLength / (PixelValues.Channels * config.TemporalPatchSize));
    }

    /// <inheritdoc/>
    public bool HasDynamicResolution => true;

    /// <inheritdoc/>
    public InputResult<VisualLayout> Layout(int height, int width, ImageSizeLimits limits) =>
        Fit(height, width, limits, out var grid) is { } failure ? failure : LayoutOf(grid);

    /// <inheritdoc/>
    public InputResult<ImageInput> Process(ReadOnlySpan<byte> file, ImageSizeLimits limits)
    {
        if (!_decoder.Decode(file).TryGet(out var image, out var failure)) return failure;
        using (image)
        {
            if (Fit(image.Height, image.Width, limits, out var grid) is { } misfit) return misfit;
            var (height, width) = (grid.Rows * _config.PatchSize, grid.Columns * _config.PatchSize);
            var down = ResampleAxis.Create(new AxisGeometry(image.Height, image.Height, 0, height, 0, height), _config.Pixels.Filter);
            var across = ResampleAxis.Create(new AxisGeometry(image.Width, image.Width, 0, width, 0, width), _config.Pixels.Filter);
            using var resized = PillowResize.Resize(image, across, down, padding: 0);
            return new PatchGridImage(Cut(resized, grid), LayoutOf(grid), grid);
        }
    }

    /// <summary>The patches that a picture becomes, or why it does not. A bound that a job sets goes before the checkpoint's opposite one.</summary>
    private InputFailure? Fit(int height, int width, ImageSizeLimits limits, out PatchGrid grid)
    {
        grid = default;
        var maximum = limits.MaxPixels ?? Math.Max(_config.MaxPixels, limits.MinPixels ?? 0);
        var minimum = limits.MinPixels ?? Math.Min(_config.MinPixels, maximum);
        var rule = new SmartResize(_config.PatchSize * _config.MergeSize, minimum, maximum);
        if (rule.TryResize(height, width, out var size) is { } failure) return failure;
        if (size.Height * size.Width > _maxOutputPixels)
        {
            return new InputFailure(
                FailureReason.ImageTooLarge,
                $"The image of {width}×{height} pixels becomes {size.Width}×{size.Height}; at most {_maxOutputPixels / 1e6:0.##} megapixels are made.");
        }

        grid = new PatchGrid((int)size.Height / _config.PatchSize, (int)size.Width / _config.PatchSize);
        return null;
    }

    /// <summary>HF <c>get_rope_index</c> for one still picture: all tokens at one time, each in its row and column.</summary>
    private VisualLayout LayoutOf(PatchGrid grid)
    {
        var (rows, columns) = (grid.Rows / _config.MergeSize, grid.Columns / _config.MergeSize);
        var (down, across) = (new int[rows * columns], new int[rows * columns]);
        for (var token = 0; token < down.Length; token++) (down[token], across[token]) = (token / columns, token % columns);
        return VisualLayout.OneTile(down.Length, new VisualPositions([new int[down.Length], down, across], Math.Max(rows, columns)));
    }

    /// <summary>HF's <c>flatten_patches</c>: the patches of a visual token side by side, visual tokens in raster order.</summary>
    private PixelValues Cut(RgbImage image, PatchGrid grid)
    {
        var (side, merge) = (_config.PatchSize, _config.MergeSize);
        var length = PixelValues.Channels * _config.TemporalPatchSize * side * side;
        var data = GC.AllocateUninitializedArray<float>(grid.Patches * length);
        var at = 0;
        for (var top = 0; top < grid.Rows; top += merge)
        {
            for (var left = 0; left < grid.Columns; left += merge)
            {
                for (var patch = 0; patch < merge * merge; patch++, at += length)
                    CutOne(image, (top + (patch / merge)) * side, (left + (patch % merge)) * side, data.AsSpan(at, length));
            }
        }

        return new PixelValues(data, [grid.Patches, length]);
    }

    /// <summary>One patch: by channel, frame, row and column.</summary>
    private void CutOne(RgbImage image, int top, int left, Span<float> patch)
    {
        var side = _config.PatchSize;
        var area = side * side;
        var pixels = image.Pixels;
        for (var channel = 0; channel < PixelValues.Channels; channel++)
        {
            var values = _planes.Values(channel);
            var frames = patch.Slice(channel * _config.TemporalPatchSize * area, _config.TemporalPatchSize * area);
            for (var y = 0; y < side; y++)
            {
                var row = pixels.Slice(((top + y) * image.Stride) + (left * RgbImage.PixelBytes), side * RgbImage.PixelBytes);
                var line = frames.Slice(y * side, side);
                for (var x = 0; x < side; x++) line[x] = values[row[(x * RgbImage.PixelBytes) + channel]];
            }

            for (var frame = 1; frame < _config.TemporalPatchSize; frame++) frames[..area].CopyTo(frames[(frame * area)..]);
        }
    }
}
