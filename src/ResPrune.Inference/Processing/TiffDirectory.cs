using System.Buffers.Binary;

namespace ResPrune.Inference.Processing;

/// <summary>
/// The first directory of a TIFF file, which is also what an EXIF block holds: single numbers of it, read as Pillow reads them. Nothing is trusted: an
/// entry that lies outside of the bytes ends the reading, and what was read before it counts.
/// </summary>
internal static class TiffDirectory
{
    public const ushort Width = 256;
    public const ushort Height = 257;
    public const ushort BitsPerSample = 258;
    public const ushort Orientation = 274;
    public const ushort Xmp = 700;

    /// <summary>True when the bytes begin as a TIFF or BigTIFF file does.</summary>
    public static bool IsTiff(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 8 && (bytes.StartsWith("II*\0"u8) || bytes.StartsWith("MM\0*"u8) || bytes.StartsWith("II+\0"u8) || bytes.StartsWith("MM\0+"u8));

    /// <summary>The first value of a tag as a number; null when the tag is absent or holds no number (bytes and text are none to Pillow).</summary>
    public static double? Number(ReadOnlySpan<byte> bytes, ushort tag)
    {
        if (Find(bytes, tag) is not var (type, _, start, big)) return null;
        var at = bytes[start..];
        return type switch
        {
            3 => UInt16(at, big),
            4 or 13 => UInt32(at, big),
            5 => UInt32(at, big) / (double)UInt32(at[4..], big),
            8 => (short)UInt16(at, big),
            9 => (int)UInt32(at, big),
            10 => (int)UInt32(at, big) / (double)(int)UInt32(at[4..], big),
            11 => BitConverter.UInt32BitsToSingle(UInt32(at, big)),
            12 => BitConverter.UInt64BitsToDouble(UInt64(at, big)),
            16 => UInt64(at, big),
            _ => null,
        };
    }

    /// <summary>All bytes of a tag of bytes; empty when it is absent.</summary>
    public static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> bytes, ushort tag) =>
        Find(bytes, tag) is var (type, length, start, _) && type is 1 or 7 ? bytes.Slice(start, length) : [];

    /// <summary>Type, length in bytes, place and byte order of a tag's values; the last entry of a tag counts.</summary>
    private static (ushort Type, int Length, int Start, bool BigEndian)? Find(ReadOnlySpan<byte> bytes, ushort tag)
    {
        if (!IsTiff(bytes)) return null;
        var big = bytes[0] == 'M';
        var wide = bytes[2] == '+' || bytes[3] == '+';
        if (wide && bytes.Length < 16) return null;
        var offset = wide ? UInt64(bytes[8..], big) : UInt32(bytes[4..], big);
        var (counter, entry, inline) = wide ? (8, 20, 8) : (2, 12, 4);
        if (offset > (ulong)Math.Max(bytes.Length - counter, 0)) return null;
        var at = (int)offset;
        if (at + counter > bytes.Length) return null;
        var entries = wide ? UInt64(bytes[at..], big) : UInt16(bytes[at..], big);
        at += counter;
        (ushort, int, int, bool)? found = null;
        for (var index = 0UL; index < entries && at + entry <= bytes.Length; index++, at += entry)
        {
            var type = UInt16(bytes[(at + 2)..], big);
            var unit = type switch { 1 or 2 or 6 or 7 => 1u, 3 or 8 => 2u, 4 or 9 or 11 or 13 => 4u, 5 or 10 or 12 or 16 => 8u, _ => 0u };
            var count = wide ? UInt64(bytes[(at + 4)..], big) : UInt32(bytes[(at + 4)..], big);
            if (unit == 0 || count == 0) continue;
            if (count > (ulong)bytes.Length) break;
            var length = count * unit;
            var start = (ulong)(at + entry - inline);
            if (length > (ulong)inline) start = wide ? UInt64(bytes[(int)start..], big) : UInt32(bytes[(int)start..], big);
            if (start > (ulong)bytes.Length || length > (ulong)bytes.Length - start) break;
            if (UInt16(bytes[at..], big) == tag) found = (type, (int)length, (int)start, big);
        }

        return found;
    }

    private static ushort UInt16(ReadOnlySpan<byte> at, bool big) => big ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);

    private static uint UInt32(ReadOnlySpan<byte> at, bool big) => big ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);

    private static ulong UInt64(ReadOnlySpan<byte> at, bool big) => big ? BinaryPrimitives.ReadUInt64BigEndian(at) : BinaryPrimitives.ReadUInt64LittleEndian(at);
}
