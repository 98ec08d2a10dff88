using System.Buffers;
using System.Runtime.InteropServices;

namespace ResPrune.Inference.Processing;

/// <summary>
/// A decoded picture: four bytes a pixel, red, green, blue and one that means nothing, rows without gaps. Small ones come from a pool; the memory of
/// others is the system's and goes back to it with Dispose, where a pool would round it up to a power of two and keep it.
/// </summary>
internal sealed unsafe class RgbImage : IDisposable
{
    /// <summary>Bytes of a pixel.</summary>
    public const int PixelBytes = 4;

    /// <summary>Bytes behind the last pixel, so that whole vectors may be read where a row ends.</summary>
    public const int Slack = 32;

    /// <summary>Pixels that fit one array.</summary>
    public static readonly int MaxPixels = (Array.MaxLength - Slack) / PixelBytes;

    /// <summary>Bytes up to which the pool serves.</summary>
    private const int PooledBytes = 1 << 20;

    private readonly int _length;
    private byte[]? _pooled;
    private byte* _native;

    /// <summary>Takes memory for a picture; its content is undefined.</summary>
    public RgbImage(int width, int height)
    {
        Width = width;
        Height = height;
        Stride = checked(width * PixelBytes);
        _length = checked(Stride * height);
        if (_length <= PooledBytes) _pooled = ArrayPool<byte>.Shared.Rent(_length + Slack);
        else _native = (byte*)NativeMemory.Alloc((nuint)checked(_length + Slack));
    }

    /// <summary>Frees the memory of one that nobody disposed.</summary>
    ~RgbImage() => NativeMemory.Free(_native);

    public int Width { get; }

    public int Height { get; }

    /// <summary>Bytes of a row.</summary>
    public int Stride { get; }

    /// <summary>All rows, top first.</summary>
    public Span<byte> Pixels
    {
        get
        {
            if (_pooled is { } pooled) return pooled.AsSpan(0, _length);
            ObjectDisposedException.ThrowIf(_native is null, this);
            return new Span<byte>(_native, _length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pooled, null) is { } pooled) ArrayPool<byte>.Shared.Return(pooled);
        NativeMemory.Free(_native);
        _native = null;
        GC.SuppressFinalize(this);
    }
}
