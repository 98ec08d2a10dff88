using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SkiaSharp;

namespace ResPrune.Inference.Processing;

/// <summary>
/// Which way up an image is, as Pillow's <c>Image.getexif()</c> finds it: EXIF wherever a format puts it, typed as any number, and XMP only where EXIF
/// says nothing. The decoder's own answer differs: it takes shorts only and looks into JPEG and WebP alone.
/// </summary>
internal static class OrientationReader
{
    /// <summary>Most bytes that a compressed text of a PNG may become.</summary>
    private const int MaxText = 1 << 20;

    private const string RawProfile = "Raw profile type exif";
    private const string XmpText = "XML:com.adobe.xmp";

    /// <summary>The orientation; top left where none is given or the value is no orientation.</summary>
    public static SKEncodedOrigin Read(string format, ReadOnlySpan<byte> file)
    {
        var found = default(Metadata);
        switch (format)
        {
            case ImageFileFormat.Jpeg: found.ReadJpeg(file); break;
            case ImageFileFormat.Png: found.ReadPng(file); break;
            case ImageFileFormat.WebP: found.ReadWebP(file); break;
            case ImageFileFormat.Tiff:
                found.Exif = file.ToArray();
                found.Xmp = TiffDirectory.Bytes(file, TiffDirectory.Xmp).ToArray();
                break;
        }

        var orientation = TiffDirectory.Number(WithoutHead(found.Exif ?? found.RawProfile), TiffDirectory.Orientation) ?? ReadXmp(found.Xmp);
        return orientation is >= 1 and <= 8 && orientation == Math.Floor(orientation.Value) ? (SKEncodedOrigin)orientation : SKEncodedOrigin.TopLeft;
    }

    private static ReadOnlySpan<byte> WithoutHead(ReadOnlySpan<byte> exif)
    {
        while (exif.StartsWith("Exif\0\0"u8)) exif = exif[6..];
        return exif;
    }

    /// <summary>The digit of the first <c>tiff:Orientation="…"</c> or <c>&lt;tiff:Orientation&gt;…</c>.</summary>
    private static double? ReadXmp(ReadOnlySpan<byte> xmp)
    {
        var name = "tiff:Orientation"u8;
        for (var at = xmp.IndexOf(name); at >= 0; at = xmp.IndexOf(name))
        {
            xmp = xmp[(at + name.Length)..];
            var value = xmp.StartsWith("=\""u8) ? xmp[2..] : xmp.StartsWith(">"u8) ? xmp[1..] : [];
            if (!value.IsEmpty && char.IsAsciiDigit((char)value[0])) return value[0] - '0';
        }

        return null;
    }

    private struct Metadata
    {
        public byte[]? Exif;
        public byte[]? RawProfile;
        public byte[]? Xmp;

        /// <summary>Segments up to the first scan; EXIF of several segments is one.</summary>
        public void ReadJpeg(ReadOnlySpan<byte> file)
        {
            var at = 2;
            while (at + 4 <= file.Length)
            {
                if (file[at] != 0xFF)
                {
                    at++;
                    continue;
                }

                var marker = file[at + 1];
                if (marker is 0xDA or 0xD9) return;
                if (marker is 0xFF or 0 or 1 or (>= 0xD0 and <= 0xD8))
                {
                    at += marker == 0xFF ? 1 : 2;
                    continue;
                }

                var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
                if (length < 2 || at + 2 + length > file.Length) return;
                var segment = file.Slice(at + 4, length - 2);
                at += 2 + length;
                if (marker != 0xE1) continue;
                if (segment.StartsWith("Exif\0\0"u8)) Exif = Exif is null ? segment.ToArray() : [.. Exif, .. segment[6..]];
                else if (segment.StartsWith("http://ns.adobe.com/xap/1.0/\0"u8)) Xmp = segment[29..].ToArray();
            }
        }

        /// <summary>Chunks before and behind the pixels.</summary>
        public void ReadPng(ReadOnlySpan<byte> file)
        {
            for (var at = 8; at + 8 <= file.Length;)
            {
                var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
                var name = file.Slice(at + 4, 4);
                if (length > (uint)(file.Length - at - 8) || name.SequenceEqual("IEND"u8)) return;
                var chunk = file.Slice(at + 8, (int)length);
                at += 8 + (int)Math.Min(length + 4, (uint)(file.Length - at - 8));
                if (name.SequenceEqual("eXIf"u8)) Exif = chunk.ToArray();
                else if (name.SequenceEqual("tEXt"u8)) ReadText(chunk, compressed: false, international: false);
                else if (name.SequenceEqual("zTXt"u8)) ReadText(chunk, compressed: true, international: false);
                else if (name.SequenceEqual("iTXt"u8)) ReadText(chunk, compressed: false, international: true);
            }
        }

        public void ReadWebP(ReadOnlySpan<byte> file)
        {
            for (var at = 12; at + 8 <= file.Length;)
            {
                var length = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
                if (length > (uint)(file.Length - at - 8)) return;
                var chunk = file.Slice(at + 8, (int)length);
                if (file[at..].StartsWith("EXIF"u8)) Exif ??= chunk.ToArray();
                else if (file[at..].StartsWith("XMP "u8)) Xmp ??= chunk.ToArray();
                at += 8 + (int)length + (int)(length & 1);
            }
        }

        private void ReadText(ReadOnlySpan<byte> chunk, bool compressed, bool international)
        {
            var end = chunk.IndexOf((byte)0);
            if (end < 0) return;
            var key = Encoding.Latin1.GetString(chunk[..end]);
            if (key is not (RawProfileName or XmpName or "exif" or "xmp")) return;
            var text = chunk[(end + 1)..];
            if (international)
            {
                if (text.Length < 2) return;
                compressed = text[0] != 0;
                if (compressed && text[1] != 0) return;
                text = text[2..];
                for (var skipped = 0; skipped < 2; skipped++)
                {
                    end = text.IndexOf((byte)0);
                    if (end < 0) return;
                    text = text[(end + 1)..];
                }
            }
            else if (compressed)
            {
                if (text.IsEmpty || text[0] != 0) return;
                text = text[1..];
            }

            if ((compressed ? Inflate(text) : text.ToArray()) is not { } value) return;
            if (key == RawProfileName) RawProfile = FromHex(value);
            else if (key == "exif") Exif ??= value;
            else Xmp = value;
        }

        private const string RawProfileName = OrientationReader.RawProfile;
        private const string XmpName = XmpText;

        private static byte[]? Inflate(ReadOnlySpan<byte> compressed)
        {
            try
            {
                using var stream = new ZLibStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
                var text = new byte[MaxText];
                var length = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
                return text[..length];
            }
            catch (InvalidDataException)
            {
                return null;
            }
        }

        /// <summary>Three lines of heading (empty, name, length), and hexadecimal digits broken into lines.</summary>
        private static byte[]? FromHex(ReadOnlySpan<byte> text)
        {
            for (var line = 0; line < 3; line++)
            {
                var end = text.IndexOf((byte)'\n');
                if (end < 0) return null;
                text = text[(end + 1)..];
            }

            var digits = string.Concat(Encoding.Latin1.GetString(text).Where(char.IsAsciiHexDigit));
            return digits.Length % 2 == 0 ? Convert.FromHexString(digits) : null;
        }
    }
}
