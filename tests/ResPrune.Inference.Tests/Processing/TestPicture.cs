using System.Buffers.Binary;
using System.IO.Compression;
using ResPrune.Inference.Processing;
using SkiaSharp;

namespace ResPrune.Inference.Tests.Processing;

/// <summary>A picture of known pixels and the files a test can make of it.</summary>
internal sealed class TestPicture : IDisposable
{
    private TestPicture(RgbImage image) => Image = image;

    public RgbImage Image { get; }

    /// <summary>Opaque pseudo-random pixels, the same for the same size.</summary>
    public static TestPicture Noise(int width, int height)
    {
        var image = new RgbImage(width, height);
        var state = (uint)((width * 7919) + height);
        var pixels = image.Pixels;
        for (var i = 0; i < pixels.Length; i++)
        {
            state = (state * 1664525) + 1013904223;
            pixels[i] = i % RgbImage.PixelBytes == 3 ? (byte)255 : (byte)(state >> 24);
        }

        return new TestPicture(image);
    }

    public static TestPicture Filled(int width, int height, uint pixel)
    {
        var image = new RgbImage(width, height);
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(image.Pixels).Fill(pixel);
        return new TestPicture(image);
    }

    /// <summary>A PNG written here chunk by chunk, so that what is in it is known.</summary>
    public static byte[] Png(int width, int height, byte bitDepth, byte colourType, ReadOnlySpan<byte> rows, params (string Type, byte[] Data)[] chunks)
    {
        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = bitDepth;
        header[9] = colourType;
        WriteChunk(file, "IHDR", header);
        foreach (var (type, data) in chunks) WriteChunk(file, type, data);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(rows);
        WriteChunk(file, "IDAT", packed.ToArray());
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    public byte[] Png()
    {
        var rows = new List<byte>();
        for (var y = 0; y < Image.Height; y++)
        {
            rows.Add(0); // no filter
            rows.AddRange(Image.Pixels.Slice(y * Image.Stride, Image.Stride));
        }

        return Png(Image.Width, Image.Height, 8, 6, rows.ToArray());
    }

    public unsafe byte[] Encode(SKEncodedImageFormat format)
    {
        fixed (byte* pixels = Image.Pixels)
        {
            using var pixmap = new SKPixmap(new SKImageInfo(Image.Width, Image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)pixels, Image.Stride);
            using var data = pixmap.Encode(format, 95) ?? throw new InvalidOperationException($"Skia cannot write {format}.");
            return data.ToArray();
        }
    }

    public void Dispose() => Image.Dispose();

    private static void WriteChunk(Stream file, string type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0xEDB88320);
        }

        return ~crc;
    }
}
