using System.Buffers.Binary;
using SkiaSharp;

namespace ResPrune.Inference.Processing;

/// <summary>The size that an image file claims, without decoding it.</summary>
internal static class ImageHeader
{
    /// <summary>Reads the size; null for files of no supported format and for headers that cannot be read.</summary>
    public static unsafe (long Width, long Height)? ReadSize(ReadOnlySpan<byte> file)
    {
        if (ImageFileFormat.Detect(file) is not { } format) return null;
        if (ImageFileFormat.NeedsSecondDecoder(format))
        {
            if (!SecondDecoder.IsPresent) return null;
            return format switch
            {
                ImageFileFormat.Tiff => ReadTiff(file),
                ImageFileFormat.Jp2 or ImageFileFormat.J2k => ReadJpeg2000(file),
                _ => ReadIsoMedia(file),
            };
        }

        if (PngHeader.TryReadSize(file, out var width, out var height)) return (width, height);
        fixed (byte* bytes = file)
        {
            using var data = SKData.Create((nint)bytes, file.Length);
            using var codec = SKCodec.Create(data);
            return codec is null ? null : (codec.Info.Width, codec.Info.Height);
        }
    }

    private static (long Width, long Height)? ReadTiff(ReadOnlySpan<byte> file) =>
        TiffDirectory.Number(file, TiffDirectory.Width) is { } width && TiffDirectory.Number(file, TiffDirectory.Height) is { } height
            && width is >= 0 and <= uint.MaxValue && height is >= 0 and <= uint.MaxValue
            ? ((long)width, (long)height)
            : null;

    /// <summary>The size segment that every codestream begins with.</summary>
    private static (long Width, long Height)? ReadJpeg2000(ReadOnlySpan<byte> file)
    {
        var at = file.IndexOf((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]);
        if (at < 0 || at + 24 > file.Length) return null;
        var size = file[(at + 8)..];
        return (
            BinaryPrimitives.ReadUInt32BigEndian(size) - (long)BinaryPrimitives.ReadUInt32BigEndian(size[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(size[4..]) - (long)BinaryPrimitives.ReadUInt32BigEndian(size[12..]));
    }

    /// <summary>The largest of the sizes that the file gives for its images and their tiles: what decoding takes at most.</summary>
    private static (long Width, long Height)? ReadIsoMedia(ReadOnlySpan<byte> file)
    {
        (long Width, long Height)? largest = null;
        for (var at = file.IndexOf("ispe"u8); at >= 0; at = file.IndexOf("ispe"u8))
        {
            file = file[(at + 4)..];
            if (file.Length < 12) break;
            var (width, height) = ((long)BinaryPrimitives.ReadUInt32BigEndian(file[4..]), (long)BinaryPrimitives.ReadUInt32BigEndian(file[8..]));
            if (largest is not var (wide, high) || (double)width * height > (double)wide * high) largest = (width, height);
        }

        return largest;
    }
}
