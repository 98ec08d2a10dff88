using System.Collections.Frozen;

namespace ResPrune.Batch.Manifests;

/// <summary>
/// Which files of a folder are taken for images: those with an ending that images have, whatever is in them, and those that begin as images do,
/// whatever they are called. Which format it is, and whether it can be decoded, is told later by the contents alone.
/// </summary>
public static class ImageFiles
{
    /// <summary>Bytes that <see cref="BeginsAsImage"/> needs.</summary>
    internal const int HeadBytes = 32;

    // Formats that no decoder here reads are in it too: such a file becomes a row that says so, and is not passed over.
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        ".apng", ".arw", ".avif", ".bmp", ".cr2", ".cr3", ".dib", ".dng", ".exr", ".gif", ".hdr", ".heic", ".heif", ".hif", ".ico", ".j2k", ".jfif",
        ".jif", ".jp2", ".jpe", ".jpeg", ".jpf", ".jpg", ".jpx", ".jxl", ".nef", ".orf", ".pbm", ".pgm", ".pjp", ".pjpeg", ".png", ".pnm", ".ppm",
        ".psd", ".raf", ".rw2", ".svg", ".svgz", ".tga", ".tif", ".tiff", ".webp");

    /// <summary>The endings that most images have, for messages.</summary>
    public static string Usual => ".jpg .png .webp .gif .bmp .tif .avif .heic and others";

    /// <summary>True for a name or path whose ending is one that images have, in any case.</summary>
    public static bool HasImageEnding(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Known.Contains(Path.GetExtension(name));
    }

    /// <summary>True when a file begins as one of the usual image formats does.</summary>
    public static bool BeginsAsImage(ReadOnlySpan<byte> head) =>
        head.StartsWith<byte>([0xFF, 0xD8, 0xFF])
        || head.StartsWith<byte>([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        || head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)
        || (head.StartsWith("RIFF"u8) && At(head, 8, "WEBP"u8))
        || head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) || head.StartsWith("II+\0"u8) || head.StartsWith("MM\0+"u8)
        || IsBitmap(head)
        || IsIsoImage(head)
        || head.StartsWith<byte>([0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20]) || head.StartsWith<byte>([0xFF, 0x4F, 0xFF, 0x51])
        || head.StartsWith<byte>([0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20]) || head.StartsWith<byte>([0xFF, 0x0A]);

    // Two letters are no proof: the header's two reserved fields are zero and its size is one of those there are.
    private static bool IsBitmap(ReadOnlySpan<byte> head) =>
        head.Length >= 18 && head.StartsWith("BM"u8) && head[6..10].IndexOfAnyExcept((byte)0) < 0 && head[14] is 12 or 40 or 52 or 56 or 64 or 108 or 124;

    // AVIF, HEIF and HEIC; MP4 films have the same frame with other brands.
    private static bool IsIsoImage(ReadOnlySpan<byte> head)
    {
        if (!At(head, 4, "ftyp"u8) || head.Length < 12) return false;
        var brand = head[8..12];
        return brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8) || brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8)
            || brand.SequenceEqual("hevc"u8) || brand.SequenceEqual("hevx"u8) || brand.SequenceEqual("heim"u8) || brand.SequenceEqual("heis"u8)
            || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8);
    }

    private static bool At(ReadOnlySpan<byte> head, int place, ReadOnlySpan<byte> bytes) => head.Length >= place + bytes.Length && head[place..].StartsWith(bytes);
}
