using SkiaSharp;

namespace ResPrune.Inference.Processing;

/// <summary>The size that an image file claims, without decoding it.</summary>
internal static class ImageHeader
{
    /// <summary>Reads the size; null for files of no supported format and for headers that cannot be read.</summary>
    public static unsafe (long Width, long Height)? ReadSize(ReadOnlySpan<byte> file)
    {
        if (ImageFileFormat.Detect(file) is null) return null;
        if (PngHeader.TryReadSize(file, out var width, out var height)) return (width, height);
        fixed (byte* bytes = file)
        {
            using var data = SKData.Create((nint)bytes, file.Length);
            using var codec = SKCodec.Create(data);
            return codec is null ? null : (codec.Info.Width, codec.Info.Height);
        }
    }
}
