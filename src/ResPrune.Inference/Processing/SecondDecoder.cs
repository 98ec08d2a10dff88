#if MAGICK
using ImageMagick;
using ImageMagick.Formats;
#endif

namespace ResPrune.Inference.Processing;

/// <summary>
/// ImageMagick for what the first decoder cannot read: TIFF, AVIF, HEIC and JPEG 2000. It is told the format that the first bytes gave, so it never
/// guesses one; it never writes to a disk; size, memory and threads have limits. A build with <c>-p:Magick=false</c> is without it, and so is a
/// machine that lacks its native library.
/// </summary>
internal static class SecondDecoder
{
    private static readonly Lazy<bool> Present = new(Start);

    /// <summary>Whether it can be used.</summary>
    public static bool IsPresent => Present.Value;

#if MAGICK
    /// <summary>Longest side, as of the first decoder.</summary>
    private const ulong MaxSide = ImageDecoder.MaxSide;

    /// <summary>Bytes of a pixel at most: four inks and an alpha.</summary>
    private const ulong PixelBytes = 5;

    /// <summary>The size as the codec itself reads it; null when it cannot. Decodes nothing.</summary>
    public static (long Width, long Height)? ReadSize(string format, ReadOnlySpan<byte> file)
    {
        try
        {
            var info = new MagickImageInfo();
            info.Read(file, Settings(format));
            return (info.Width, info.Height);
        }
        catch (MagickException)
        {
            return null;
        }
    }

    /// <summary>The image as it is stored, not turned; null with the reason when it cannot be decoded, or not as it would have to be.</summary>
    public static RgbImage? Decode(string format, ReadOnlySpan<byte> file, out string problem, out bool unsupported)
    {
        (problem, unsupported) = ("", false);
        var damage = "";
        try
        {
            using var source = new MagickImage();
            source.Warning += (_, warning) =>
            {
                // Unknown tags and the like are common; missing or damaged pixels are another kind.
                if (warning.Exception is MagickCorruptImageWarningException) damage = warning.Message;
            };
            source.Read(file, Settings(format));
            if (damage.Length == 0) return Convert(source, out problem, out unsupported);
            problem = $"its data is damaged ({damage})";
            return null;
        }
        catch (MagickException exception)
        {
            problem = $"its data is damaged or cut off ({exception.Message})";
            return null;
        }
    }

    private static bool Start()
    {
        try
        {
            OpenCL.IsEnabled = false;
            ResourceLimits.Disk = 0;
            ResourceLimits.Width = MaxSide;
            ResourceLimits.Height = MaxSide;
            ResourceLimits.Area = (ulong)RgbImage.MaxPixels;
            ResourceLimits.MaxMemoryRequest = (ulong)RgbImage.MaxPixels * PixelBytes;
            ResourceLimits.Memory = (ulong)RgbImage.MaxPixels * PixelBytes * (ulong)Environment.ProcessorCount;
            ResourceLimits.ListLength = 64;
            ResourceLimits.Thread = 1;
            return true;
        }
        catch (Exception exception) when (exception is DllNotFoundException or TypeInitializationException or FileNotFoundException)
        {
            return false;
        }
    }

    private static MagickReadSettings Settings(string format) => new()
    {
        Format = format switch
        {
            ImageFileFormat.Tiff => MagickFormat.Tiff,
            ImageFileFormat.Avif => MagickFormat.Avif,
            ImageFileFormat.Heic => MagickFormat.Heic,
            ImageFileFormat.Jp2 => MagickFormat.Jp2,
            ImageFileFormat.J2k => MagickFormat.J2k,
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "The first decoder reads it."),
        },
        FrameIndex = 0,
        FrameCount = 1,
        SyncImageWithExifProfile = false,

        // As libavif does for Pillow; of the items that are hidden or belong to a depth map none is wanted.
        Defines = format is ImageFileFormat.Avif or ImageFileFormat.Heic
            ? new HeicReadDefines { ChromaUpsampling = HeicChromaUpsampling.Bilinear, PrimaryImage = true }
            : null,
    };

    private static RgbImage? Convert(MagickImage source, out string problem, out bool unsupported)
    {
        (problem, unsupported) = ("", false);
        var colors = source.ColorSpace switch
        {
            ColorSpace.Gray or ColorSpace.LinearGray => 1,
            ColorSpace.sRGB or ColorSpace.RGB => 3,
            ColorSpace.CMYK => 4,
            _ => 0,
        };
        using var pixels = source.GetPixelsUnsafe();
        var channels = (int)pixels.Channels;
        unsupported = colors == 0 || channels < colors || (colors == 1 && source.Depth > 8 && source.Format is MagickFormat.Tiff or MagickFormat.Tif);
        if (unsupported)
        {
            problem = $"its colours ({source.ColorSpace}, {channels} channels, {source.Depth} bits) are not read as Pillow reads them";
            return null;
        }

        var image = new RgbImage((int)source.Width, (int)source.Height);
        for (var y = 0; y < image.Height; y++)
        {
            var row = pixels.GetReadOnlyArea(0, y, source.Width, 1);
            if (row.Length == image.Width * channels)
            {
                Convert(row, channels, colors, image.Pixels.Slice(y * image.Stride, image.Stride));
                continue;
            }

            image.Dispose();
            problem = "its pixels could not be had";
            return null;
        }

        return image;
    }

    private static void Convert(ReadOnlySpan<byte> row, int channels, int colors, Span<byte> target)
    {
        for (var x = 0; x < target.Length / RgbImage.PixelBytes; x++)
        {
            var from = row.Slice(x * channels, channels);
            var to = target.Slice(x * RgbImage.PixelBytes, RgbImage.PixelBytes);
            if (colors == 1) to.Fill(from[0]);
            else if (colors == 3) from[..3].CopyTo(to);
            else for (var ink = 0; ink < 3; ink++) to[ink] = Mix(from[ink], from[3]);
        }
    }

    /// <summary>Pillow's mixture of an ink and black, without a profile.</summary>
    private static byte Mix(byte ink, byte black)
    {
        var paper = byte.MaxValue - black;
        var product = (ink * paper) + 128;
        return (byte)Math.Clamp(paper - (((product >> 8) + product) >> 8), 0, byte.MaxValue);
    }
#else
    /// <summary>Null: this build is without it.</summary>
    public static (long Width, long Height)? ReadSize(string format, ReadOnlySpan<byte> file) => null;

    /// <summary>Null: this build is without it.</summary>
    public static RgbImage? Decode(string format, ReadOnlySpan<byte> file, out string problem, out bool unsupported)
    {
        (problem, unsupported) = ("this build is without the decoder of this format", true);
        return null;
    }

    private static bool Start() => false;
#endif
}
