using System.Buffers.Binary;
using System.IO.Compression;

namespace ResPrune.Inference.Processing;

/// <summary>
/// PNG in grey of 16 bits, read here because Pillow does not scale such values to 8 bits: what is above 255 is white. The other decoder keeps the
/// upper byte only, from which that cannot be told.
/// </summary>
internal static class PngGrey16
{
    private const int PixelBytes = 2;
    private static readonly (int X, int Y, int StepX, int StepY)[] Whole = [(0, 0, 1, 1)];

    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Whether a PNG is of this kind.</summary>
    public static bool Is(ReadOnlySpan<byte> file) => file.Length > 28 && file[24] == 16 && file[25] == 0 && file[26] == 0 && file[27] == 0 && file[28] <= 1;

    /// <summary>Fills an image of the header's size; false when data are missing or damaged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, RgbImage image)
    {
        using var packed = new MemoryStream();
        for (var at = 8; at + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            var available = (uint)(file.Length - at - 8);
            var name = file.Slice(at + 4, 4);
            if (name.SequenceEqual("IEND"u8)) break;
            if (name.SequenceEqual("IDAT"u8)) packed.Write(file.Slice(at + 8, (int)Math.Min(length, available)));
            if (length >= available) break;
            at += 8 + (int)Math.Min(length + 4L, available);
        }

        packed.Position = 0;
        try
        {
            using var pixels = new ZLibStream(packed, CompressionMode.Decompress);
            foreach (var pass in file[28] == 1 ? Adam7 : Whole)
            {
                if (!TryReadPass(pixels, image, pass)) return false;
            }

            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            return false;
        }
    }

    private static bool TryReadPass(ZLibStream pixels, RgbImage image, (int X, int Y, int StepX, int StepY) pass)
    {
        var width = (image.Width - pass.X + pass.StepX - 1) / pass.StepX;
        if (width <= 0) return true;
        var row = new byte[width * PixelBytes];
        var above = new byte[row.Length];
        for (var y = pass.Y; y < image.Height; y += pass.StepY)
        {
            var filter = pixels.ReadByte();
            if (filter is < 0 or > 4) return false;
            pixels.ReadExactly(row);
            Unfilter(filter, row, above);
            var target = image.Pixels.Slice(y * image.Stride, image.Stride);
            for (var index = 0; index < width; index++)
            {
                var grey = row[index * PixelBytes] == 0 ? row[(index * PixelBytes) + 1] : byte.MaxValue;
                target.Slice((pass.X + (index * pass.StepX)) * RgbImage.PixelBytes, RgbImage.PixelBytes).Fill(grey);
            }

            (row, above) = (above, row);
        }

        return true;
    }

    private static void Unfilter(int filter, byte[] row, byte[] above)
    {
        for (var index = 0; index < row.Length; index++)
        {
            int left = index < PixelBytes ? 0 : row[index - PixelBytes], up = above[index], corner = index < PixelBytes ? 0 : above[index - PixelBytes];
            row[index] += (byte)(filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, corner) });
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (fromLeft, fromUp, fromCorner) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return fromLeft <= fromUp && fromLeft <= fromCorner ? left : fromUp <= fromCorner ? up : corner;
    }
}
