using System.Buffers.Binary;

namespace ResPrune.Inference.Processing;

/// <summary>The formats that are decoded, told by their first bytes; a file's name means nothing.</summary>
internal static class ImageFileFormat
{
    /// <summary>What is supported, for messages.</summary>
    public const string Supported = "JPEG, PNG, WebP, GIF and BMP";

    /// <summary>The name of the GIF format.</summary>
    public const string Gif = "GIF";

    /// <summary>The format's name, or null when it is none of these.</summary>
    public static string? Detect(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return "JPEG";
        if (file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) return "PNG";
        if (file.StartsWith("RIFF"u8) && file.Length >= 12 && file[8..12].SequenceEqual("WEBP"u8)) return "WebP";
        if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8)) return Gif;
        return IsBitmap(file) ? "BMP" : null;
    }

    /// <summary>"BM" alone may begin a text; the size of the header behind it is one of a few.</summary>
    private static bool IsBitmap(ReadOnlySpan<byte> file) =>
        file.Length >= 18
        && file.StartsWith("BM"u8)
        && BinaryPrimitives.ReadUInt32LittleEndian(file[14..]) is 12 or 40 or 52 or 56 or 64 or 108 or 124;
}
