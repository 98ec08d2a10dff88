namespace ResPrune.Inference.Processing;

/// <summary>Rescales and normalises bytes to float planes, each byte's value rounded once from double precision. Immutable.</summary>
internal sealed class PixelPlanes
{
    private readonly float[][] _values;

    /// <summary>Takes rescaling, mean and standard deviation from a checkpoint's settings.</summary>
    public PixelPlanes(ImageProcessorConfig config) =>
        _values = [.. Enumerable.Range(0, PixelValues.Channels).Select(channel => Normalize(config, channel))];

    /// <summary>What each byte of a channel becomes. [256]</summary>
    public ReadOnlySpan<float> Values(int channel) => _values[channel];

    /// <summary>Writes part of a picture into planes [3, height, width]; the rest of them is black.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="window">Which part, and where it goes.</param>
    /// <param name="planes">Red, green, then blue plane, each row by row.</param>
    /// <param name="height">Rows of a plane.</param>
    /// <param name="width">Columns of a plane.</param>
    public void Write(RgbImage image, PixelWindow window, Span<float> planes, int height, int width)
    {
        var plane = height * width;
        var pixels = image.Pixels;
        for (var channel = 0; channel < PixelValues.Channels; channel++)
        {
            var values = _values[channel];
            var target = planes.Slice(channel * plane, plane);
            if (window.Height < height || window.Width < width) target.Fill(values[0]);
            for (var y = 0; y < window.Height; y++)
            {
                var row = pixels.Slice(((window.SourceY + y) * image.Stride) + (window.SourceX * RgbImage.PixelBytes), window.Width * RgbImage.PixelBytes);
                var line = target.Slice(((window.TargetY + y) * width) + window.TargetX, window.Width);
                for (var x = 0; x < line.Length; x++) line[x] = values[row[(x * RgbImage.PixelBytes) + channel]];
            }
        }
    }

    private static float[] Normalize(ImageProcessorConfig config, int channel)
    {
        var values = new float[256];
        for (var value = 0; value < values.Length; value++)
        {
            var rescaled = value * config.RescaleFactor;
            values[value] = (float)(config.Normalize ? (rescaled - config.Mean[channel]) / config.StandardDeviation[channel] : rescaled);
        }

        return values;
    }
}
