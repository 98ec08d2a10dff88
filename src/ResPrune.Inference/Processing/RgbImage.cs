using System.Buffers;

namespace ResPrune.Inference.Processing;

/// <summary>A decoded picture: four bytes a pixel, red, green, blue and one that means nothing, rows without gaps. Dispose returns the memory.</summary>
internal sealed class RgbImage : IDisposable
{
    /// <summary>Bytes of a pixel.</summary>
    public const int PixelBytes = 4;

    /// <summary>Bytes behind the last pixel, so that whole vectors may be read where a row ends.</summary>
    public const int Slack = 32;

    /// <summary>Pixels that fit one array.</summary>
    public static readonly int MaxPixels = (Array.MaxLength - Slack) / PixelBytes;

    private byte[]? _buffer;

    /// <summary>Takes memory for a picture; its content is undefined.</summary>
    public RgbImage(int width, int height)
    {
        Width = width;
        Height = height;
        Stride = checked(width * PixelBytes);
        _buffer = ArrayPool<byte>.Shared.Rent(checked((Stride * height) + Slack));
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Bytes of a row.</summary>
    public int Stride { get; }

    /// <summary>All rows, top first.</summary>
    public Span<byte> Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _buffer.AsSpan(0, Stride * Height);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer) ArrayPool<byte>.Shared.Return(buffer);
    }
}
