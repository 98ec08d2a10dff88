namespace ResPrune.Inference.Tests.Models.LlavaNext;

/// <summary>transformers' own steps, one by one, in doubles: slow and without any shortcut.</summary>
internal static class AnyResTranscription
{
    /// <summary><c>select_best_resolution</c>.</summary>
    public static (int Height, int Width) SelectBestResolution(int height, int width, IEnumerable<(int Height, int Width)> resolutions)
    {
        var best = (0, 0);
        var maxEffective = 0L;
        var minWasted = double.PositiveInfinity;
        foreach (var (h, w) in resolutions)
        {
            var scale = Math.Min((double)w / width, (double)h / height);
            var effective = Math.Min((long)Math.Truncate(width * scale) * (long)Math.Truncate(height * scale), (long)width * height);
            var wasted = ((long)w * h) - effective;
            if (effective > maxEffective || (effective == maxEffective && wasted < minWasted))
            {
                maxEffective = effective;
                minWasted = wasted;
                best = (h, w);
            }
        }

        return best;
    }

    /// <summary><c>get_patch_output_size</c>.</summary>
    public static (int Height, int Width) PatchOutputSize(int height, int width, (int Height, int Width) target)
    {
        var scaleWidth = (double)target.Width / width;
        var scaleHeight = (double)target.Height / height;
        return scaleWidth < scaleHeight
            ? (Math.Min((int)Math.Ceiling(height * scaleWidth), target.Height), target.Width)
            : (target.Height, Math.Min((int)Math.Ceiling(width * scaleHeight), target.Width));
    }

    /// <summary><c>pack_image_features</c> with <c>unpad_image</c>: tile and patch of each token, null for a newline.</summary>
    public static List<(int Tile, int Patch)?> Pack(int height, int width, (int Height, int Width) canvas, int tileSide, int side)
    {
        var (rows, columns) = (canvas.Height / tileSide * side, canvas.Width / tileSide * side);
        var grid = new (int Tile, int Patch)[rows, columns];
        var tile = 1;
        for (var tileRow = 0; tileRow < rows / side; tileRow++)
        {
            for (var tileColumn = 0; tileColumn < columns / side; tileColumn++, tile++)
            {
                for (var patch = 0; patch < side * side; patch++)
                    grid[(tileRow * side) + (patch / side), (tileColumn * side) + (patch % side)] = (tile, patch);
            }
        }

        var (top, bottom, left, right) = (0, rows, 0, columns);
        if ((double)width / height > (double)columns / rows)
        {
            var scale = (double)columns / width;
            var newHeight = (int)Math.Round((decimal)(height * scale), 7);
            top = (rows - newHeight) / 2;
            bottom = rows - top;
        }
        else
        {
            var scale = (double)rows / height;
            var newWidth = (int)Math.Round((decimal)(width * scale), 7);
            left = (columns - newWidth) / 2;
            right = columns - left;
        }

        var packed = new List<(int Tile, int Patch)?>();
        for (var patch = 0; patch < side * side; patch++) packed.Add((0, patch));
        for (var row = top; row < bottom; row++)
        {
            for (var column = left; column < right; column++) packed.Add(grid[row, column]);
            packed.Add(null);
        }

        return packed;
    }
}
