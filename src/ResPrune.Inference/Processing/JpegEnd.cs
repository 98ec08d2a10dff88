using System.Buffers.Binary;

namespace ResPrune.Inference.Processing;

/// <summary>
/// Whether a JPEG is there up to its end marker. The decoder makes a blurred picture of a progressive file that lacks its later scans and calls
/// that a success; PIL refuses such a file, and so do we.
/// </summary>
internal static class JpegEnd
{
    private const byte Escape = 0xFF;
    private const byte Temporary = 0x01;
    private const byte EndOfImage = 0xD9;

    /// <summary>Walks the segments and the coded data between them.</summary>
    public static bool IsReached(ReadOnlySpan<byte> file)
    {
        for (var at = 2; at < file.Length;)
        {
            var jump = file[at..].IndexOf(Escape);
            if (jump < 0 || at + jump + 1 >= file.Length) return false;
            at += jump + 1;
            var marker = file[at];
            if (marker == EndOfImage) return true;
            if (marker == Escape) continue; // fill byte

            // A stuffed zero, a restart or a marker without a segment, or else a segment with its length.
            at++;
            if (marker is 0 or Temporary or (>= 0xD0 and <= 0xD8)) continue;
            if (at + 2 > file.Length) return false;
            at += BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
        }

        return false;
    }
}
