using System.Buffers.Binary;

namespace ResPrune.Inference.Processing;

/// <summary>
/// The size a PNG claims, read without a decoder: its sides go up to 2³¹−1, and a decoder that refuses such a header only says it is damaged.
/// </summary>
internal static class PngHeader
{
    private const int SizeOffset = 16;

    /// <summary>False when the file is no PNG that begins with its header chunk.</summary>
    public static bool TryReadSize(ReadOnlySpan<byte> file, out long width, out long height)
    {
        (width, height) = (0, 0);
        if (file.Length < SizeOffset + 8 || file[0] != 0x89 || !file[12..SizeOffset].SequenceEqual("IHDR"u8)) return false;
        width = BinaryPrimitives.ReadUInt32BigEndian(file[SizeOffset..]);
        height = BinaryPrimitives.ReadUInt32BigEndian(file[(SizeOffset + 4)..]);
        return true;
    }
}
