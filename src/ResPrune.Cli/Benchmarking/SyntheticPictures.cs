using SkiaSharp;

namespace ResPrune.Cli.Benchmarking;

/// <summary>Pictures to measure with: coloured discs on a gradient, no two the same, as JPEG.</summary>
internal static class SyntheticPictures
{
    private const int Side = 336;
    private const int Discs = 12;
    private const int Quality = 90;

    /// <summary>Makes so many pictures; the same ones every time.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Make(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => Make(random))];
    }

    private static ReadOnlyMemory<byte> Make(Random random)
    {
        using var bitmap = new SKBitmap(Side, Side);
        using (var canvas = new SKCanvas(bitmap))
        using (var paint = new SKPaint())
        {
            using (var shader = SKShader.CreateLinearGradient(
                new SKPoint(0, 0), new SKPoint(Side, Side), [Colour(random), Colour(random)], SKShaderTileMode.Clamp))
            {
                paint.Shader = shader;
                canvas.DrawPaint(paint);
                paint.Shader = null;
            }

            for (var disc = 0; disc < Discs; disc++)
            {
                paint.Color = Colour(random);
                canvas.DrawCircle(random.Next(Side), random.Next(Side), random.Next(Side / 20, Side / 5), paint);
            }
        }

        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return encoded.ToArray();
    }

    private static SKColor Colour(Random random) => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
}
