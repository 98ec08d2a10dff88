using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Tests.Processing;

/// <summary>Pillow's <c>Resample.c</c> and <c>ImagingScaleAffine</c> for 8-bit RGB, as slow and as plain as can be; shares nothing with the product.</summary>
internal static class PillowTranscription
{
    private const int Channels = PixelValues.Channels;

    public static byte[] Resize(byte[] source, int width, int height, int newWidth, int newHeight, int filter)
    {
        if (filter == 0) return Nearest(source, width, height, newWidth, newHeight);
        if (height > newHeight && (long)height * newWidth > 2L * width * newHeight)
            return PassAcross(PassDown(source, width, height, newHeight, filter), width, newHeight, newWidth, filter);
        return PassDown(PassAcross(source, width, height, newWidth, filter), newWidth, height, newHeight, filter);
    }

    private static byte[] PassAcross(byte[] source, int width, int height, int newWidth, int filter) =>
        newWidth == width ? source : Pass(source, width, height, newWidth, filter);

    /// <summary>The vertical pass is the horizontal one of the transposed picture.</summary>
    private static byte[] PassDown(byte[] source, int width, int height, int newHeight, int filter) =>
        newHeight == height ? source : Transpose(Pass(Transpose(source, width, height), height, width, newHeight, filter), newHeight, width);

    private static byte[] Pass(byte[] source, int width, int rows, int newWidth, int filter)
    {
        var target = new byte[newWidth * rows * Channels];
        var scale = (double)width / newWidth;
        var filterScale = scale < 1 ? 1 : scale;
        var support = filterScale * (filter switch { 1 => 3.0, 2 => 1.0, _ => 2.0 });
        for (var x = 0; x < newWidth; x++)
        {
            var center = (x + 0.5) * scale;
            var minimum = Math.Max(0, (int)(center - support + 0.5));
            var maximum = Math.Min(width, (int)(center + support + 0.5));
            var weights = Enumerable.Range(minimum, maximum - minimum).Select(tap => Weight(filter, (tap - center + 0.5) / filterScale)).ToArray();
            var total = weights.Sum();
            var integers = weights.Select(weight => (int)Math.Truncate((weight / total * 4194304) + (weight / total < 0 ? -0.5 : 0.5))).ToArray();
            for (var y = 0; y < rows; y++)
            {
                for (var channel = 0; channel < Channels; channel++)
                {
                    var sum = 2097152;
                    for (var tap = 0; tap < integers.Length; tap++) sum += source[(((y * width) + minimum + tap) * Channels) + channel] * integers[tap];
                    target[(((y * newWidth) + x) * Channels) + channel] = (byte)Math.Clamp(sum >> 22, 0, 255);
                }
            }
        }

        return target;
    }

    private static byte[] Nearest(byte[] source, int width, int height, int newWidth, int newHeight)
    {
        var (columns, rows) = (Positions(width, newWidth), Positions(height, newHeight));
        return [.. rows.SelectMany(y => columns.SelectMany(x => source.Skip(((y * width) + x) * Channels).Take(Channels)))];
    }

    private static int[] Positions(int size, int newSize)
    {
        var positions = new int[newSize];
        var step = (double)size / newSize;
        var position = step * 0.5;
        for (var i = 0; i < newSize; i++, position += step) positions[i] = (int)position;
        return positions;
    }

    private static byte[] Transpose(byte[] source, int width, int height)
    {
        var target = new byte[source.Length];
        for (var i = 0; i < width * height; i++)
        {
            for (var channel = 0; channel < Channels; channel++)
                target[((i % width * height) + (i / width)) * Channels + channel] = source[(i * Channels) + channel];
        }

        return target;
    }

    private static double Weight(int filter, double x)
    {
        x = Math.Abs(x);
        if (filter == 2) return Math.Max(0, 1 - x);
        if (filter == 1) return x == 0 ? 1 : x >= 3 ? 0 : Math.Sin(Math.PI * x) / (Math.PI * x) * (Math.Sin(Math.PI * x / 3) / (Math.PI * x / 3));
        if (x >= 2) return 0;
        return x < 1 ? (1.5 * x * x * x) - (2.5 * x * x) + 1 : (-0.5 * x * x * x) + (2.5 * x * x) - (4 * x) + 2;
    }
}
