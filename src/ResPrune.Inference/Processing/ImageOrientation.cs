using System.Runtime.InteropServices;
using SkiaSharp;

namespace ResPrune.Inference.Processing;

/// <summary>Turns a picture the way its EXIF orientation says.</summary>
internal static class ImageOrientation
{
    /// <summary>Side of the squares that are moved at a time, so that a transposition stays in the cache.</summary>
    private const int Block = 32;

    /// <summary>The picture upright: itself, or a new one with the given one disposed.</summary>
    public static RgbImage Apply(RgbImage image, SKEncodedOrigin origin)
    {
        // Where the target's row and column come from: (transposed?, from the right?, from the bottom?), in source terms.
        var (transposed, flipX, flipY) = origin switch
        {
            SKEncodedOrigin.TopRight => (false, true, false),
            SKEncodedOrigin.BottomRight => (false, true, true),
            SKEncodedOrigin.BottomLeft => (false, false, true),
            SKEncodedOrigin.LeftTop => (true, false, false),
            SKEncodedOrigin.RightTop => (true, false, true),
            SKEncodedOrigin.RightBottom => (true, true, true),
            SKEncodedOrigin.LeftBottom => (true, true, false),
            _ => (false, false, false),
        };
        if (!transposed && !flipX && !flipY) return image;
        using (image)
        {
            var target = transposed ? new RgbImage(image.Height, image.Width) : new RgbImage(image.Width, image.Height);
            Move(image, target, transposed, flipX, flipY);
            return target;
        }
    }

    private static void Move(RgbImage source, RgbImage target, bool transposed, bool flipX, bool flipY)
    {
        var from = MemoryMarshal.Cast<byte, uint>(source.Pixels);
        var to = MemoryMarshal.Cast<byte, uint>(target.Pixels);

        // Source index of target pixel (x, y) = origin + x·stepX + y·stepY.
        var along = flipX ? -1 : 1;
        var down = flipY ? -source.Width : source.Width;
        var origin = (flipX ? source.Width - 1 : 0) + (flipY ? (source.Height - 1) * source.Width : 0);
        var (stepX, stepY) = transposed ? (down, along) : (along, down);
        for (var top = 0; top < target.Height; top += Block)
        {
            for (var left = 0; left < target.Width; left += Block)
            {
                var right = Math.Min(left + Block, target.Width);
                for (var y = top; y < Math.Min(top + Block, target.Height); y++)
                {
                    var index = origin + (y * stepY) + (left * stepX);
                    for (var x = left; x < right; x++, index += stepX) to[(y * target.Width) + x] = from[index];
                }
            }
        }
    }
}
