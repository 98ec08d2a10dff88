namespace ResPrune.Inference.Models.LlavaNext;

/// <summary>
/// Which of the checkpoint's resolutions a picture is fitted into. HF <c>image_processing_utils.py</c>: <c>select_best_resolution</c>,
/// <c>get_patch_output_size</c>. Both round products of doubles, so the order of the operations is theirs.
/// </summary>
internal sealed class AnyResGeometry
{
    private readonly IReadOnlyList<(int Height, int Width)> _pinpoints;

    /// <param name="pinpoints">Heights and widths of the canvases; multiples of the tile's side.</param>
    /// <param name="tileSide">Pixels of a tile's side, which is what the vision encoder takes.</param>
    public AnyResGeometry(IReadOnlyList<(int Height, int Width)> pinpoints, int tileSide)
    {
        ArgumentOutOfRangeException.ThrowIfZero(pinpoints.Count, nameof(pinpoints));
        _pinpoints = pinpoints;
        TileSide = tileSide;
    }

    /// <summary>Pixels of a tile's side.</summary>
    public int TileSide { get; }

    /// <summary>Fits a picture.</summary>
    /// <param name="height">Pixels down, EXIF orientation applied; at least 1.</param>
    /// <param name="width">Pixels across; at least 1.</param>
    public AnyResGrid Fit(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        var (canvasHeight, canvasWidth) = Best(height, width);
        var scaleAcross = (double)canvasWidth / width;
        var scaleDown = (double)canvasHeight / height;
        var (resizedHeight, resizedWidth) = scaleAcross < scaleDown
            ? (Math.Min((int)Math.Ceiling(height * scaleAcross), canvasHeight), canvasWidth)
            : (canvasHeight, Math.Min((int)Math.Ceiling(width * scaleDown), canvasWidth));
        return new AnyResGrid(canvasHeight / TileSide, canvasWidth / TileSide, resizedHeight, resizedWidth);
    }

    /// <summary>The canvas that keeps the most of the picture's pixels, then the one that wastes the fewest of its own; the first of equals.</summary>
    private (int Height, int Width) Best(int height, int width)
    {
        var best = _pinpoints[0];
        var (mostUsed, leastWasted) = (-1L, long.MaxValue);
        foreach (var pinpoint in _pinpoints)
        {
            var scale = Math.Min((double)pinpoint.Width / width, (double)pinpoint.Height / height);
            var used = Math.Min((long)(width * scale) * (long)(height * scale), (long)width * height);
            var wasted = ((long)pinpoint.Height * pinpoint.Width) - used;
            if (used < mostUsed || (used == mostUsed && wasted >= leastWasted)) continue;
            (best, mostUsed, leastWasted) = (pinpoint, used, wasted);
        }

        return best;
    }
}
