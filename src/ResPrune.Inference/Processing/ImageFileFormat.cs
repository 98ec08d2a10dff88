using System.Buffers.Binary;

namespace ResPrune.Inference.Processing;

/// <summary>The formats that are decoded, told by their first bytes; a file's name means nothing.</summary>
internal static class ImageFileFormat
{
    public const string Jpeg = "JPEG";
    public const string Png = "PNG";
    public const string WebP = "WebP";
    public const string Gif = "GIF";
    public const string Bmp = "BMP";
    public const string Tiff = "TIFF";
    public const string Avif = "AVIF";
    public const string Heic = "HEIC";

    /// <summary>JPEG 2000 in its file format.</summary>
    public const string Jp2 = "JPEG 2000";

    /// <summary>JPEG 2000 without a file format around it.</summary>
    public const string J2k = "JPEG 2000 codestream";

    /// <summary>What is supported, for messages.</summary>
    public static string Supported => SecondDecoder.IsPresent
        ? "JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC and JPEG 2000"
        : "JPEG, PNG, WebP, GIF and BMP; this build is without the decoder of TIFF, AVIF, HEIC and JPEG 2000";

    /// <summary>True for the formats that only <see cref="SecondDecoder"/> reads.</summary>
    public static bool NeedsSecondDecoder(string format) => format is Tiff or Avif or Heic or Jp2 or J2k;

    /// <summary>The format's name, or null when it is none of these.</summary>
    public static string? Detect(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return Jpeg;
        if (file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) return Png;
        if (file.StartsWith("RIFF"u8) && file.Length >= 12 && file[8..12].SequenceEqual("WEBP"u8)) return WebP;
        if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8)) return Gif;
        if (IsBitmap(file)) return Bmp;
        if (TiffDirectory.IsTiff(file)) return Tiff;
        if (file.StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' ', 0x0D, 0x0A, 0x87, 0x0A])) return Jp2;
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51])) return J2k;
        return file.Length >= 16 && file[4..8].SequenceEqual("ftyp"u8) ? DetectBrand(file) : null;
    }

    /// <summary>AVIF or HEIC by the brands of a file of ISO's base media format: the major one, or else the first compatible one that is of either.</summary>
    private static string? DetectBrand(ReadOnlySpan<byte> file)
    {
        var end = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(file), (uint)Math.Min(file.Length, 256));
        for (var at = 8; at + 4 <= end; at += at == 8 ? 8 : 4)
        {
            var brand = file.Slice(at, 4);
            if (brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8)) return Avif;
            if (brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("heim"u8) || brand.SequenceEqual("heis"u8)) return Heic;
        }

        return null;
    }

    /// <summary>"BM" alone may begin a text; the size of the header behind it is one of a few.</summary>
    private static bool IsBitmap(ReadOnlySpan<byte> file) =>
        file.Length >= 18
        && file.StartsWith("BM"u8)
        && BinaryPrimitives.ReadUInt32LittleEndian(file[14..]) is 12 or 40 or 52 or 56 or 64 or 108 or 124;
}
