using SkiaSharp;

namespace ResPrune.TinyModel.Scenes;

/// <summary>Draws scenes. Not thread-safe: one renderer a thread.</summary>
/// <param name="icons">The emoji drawings; stays the caller's.</param>
public sealed class SceneRenderer(IconLibrary icons)
{
    /// <summary>Side of the model's pictures in pixels.</summary>
    public const int ModelSide = 96;

    private static readonly SKSamplingOptions Bicubic = new(SKCubicResampler.CatmullRom);
    private static readonly SKSamplingOptions Linear = new(SKFilterMode.Linear);

    /// <summary>The scene as PNG bytes.</summary>
    /// <param name="scene">What to draw.</param>
    /// <param name="side">Side in pixels.</param>
    public byte[] Png(Scene scene, int side = ModelSide)
    {
        using var bitmap = Draw(scene, side);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>The scene as RGB bytes, row by row, [96, 96, 3], drawn <paramref name="oversampling"/> times as large and averaged down.</summary>
    /// <param name="scene">What to draw.</param>
    /// <param name="oversampling">1, 2 or 4: pictures that reach the model through a resize look like those above 1.</param>
    public byte[] Rgb(Scene scene, int oversampling = 1)
    {
        using var bitmap = Draw(scene, ModelSide * oversampling);
        var pixels = bitmap.GetPixelSpan();
        var rgb = new byte[ModelSide * ModelSide * 3];
        int stride = bitmap.RowBytes, area = oversampling * oversampling, at = 0;
        for (var y = 0; y < ModelSide; y++)
        {
            for (var x = 0; x < ModelSide; x++)
            {
                int red = area / 2, green = area / 2, blue = area / 2;
                for (var dy = 0; dy < oversampling; dy++)
                {
                    var row = (y * oversampling + dy) * stride + x * oversampling * 4;
                    for (var dx = 0; dx < oversampling; dx++, row += 4)
                    {
                        red += pixels[row];
                        green += pixels[row + 1];
                        blue += pixels[row + 2];
                    }
                }

                rgb[at++] = (byte)(red / area);
                rgb[at++] = (byte)(green / area);
                rgb[at++] = (byte)(blue / area);
            }
        }

        return rgb;
    }

    private SKBitmap Draw(Scene scene, int side)
    {
        var bitmap = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Premul));
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { IsAntialias = true };
        DrawBackground(canvas, scene, side, paint);
        foreach (var thing in scene.Objects)
            DrawObject(canvas, thing, side, paint);
        canvas.Flush();
        return bitmap;
    }

    private static void DrawBackground(SKCanvas canvas, Scene scene, int side, SKPaint paint)
    {
        var n = scene.NoiseSide;
        using var small = new SKBitmap(new SKImageInfo(n, n, SKColorType.Rgba8888, SKAlphaType.Premul));
        var colours = new SKColor[n * n];
        for (var i = 0; i < colours.Length; i++)
        {
            int offset = scene.Noise[i];
            colours[i] = new SKColor(
                (byte)Math.Clamp(scene.BackgroundRed + offset, 0, 255),
                (byte)Math.Clamp(scene.BackgroundGreen + offset, 0, 255),
                (byte)Math.Clamp(scene.BackgroundBlue + offset, 0, 255));
        }

        small.Pixels = colours;
        using var image = SKImage.FromBitmap(small);
        canvas.DrawImage(image, new SKRect(0, 0, side, side), Bicubic, paint);
    }

    private void DrawObject(SKCanvas canvas, SceneObject thing, int side, SKPaint paint)
    {
        float x = thing.CentreX * side, y = thing.CentreY * side, half = thing.CardSide * side / 2;
        paint.Color = new SKColor(thing.Red, thing.Green, thing.Blue);
        if (thing.Shape == CardShape.Disc)
            canvas.DrawCircle(x, y, half, paint);
        else
            canvas.DrawRoundRect(new SKRect(x - half, y - half, x + half, y + half), half / 8, half / 8, paint);
        var icon = thing.IconSide * side;
        canvas.Save();
        canvas.RotateDegrees(thing.Degrees, x, y);
        paint.Color = SKColors.Black;
        canvas.DrawImage(icons.Get(thing.Noun, thing.Style, icon), new SKRect(x - icon / 2, y - icon / 2, x + icon / 2, y + icon / 2), Linear, paint);
        canvas.Restore();
    }
}
