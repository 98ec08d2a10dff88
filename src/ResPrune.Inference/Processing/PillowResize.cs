using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResPrune.Inference.Processing;

/// <summary>
/// Pillow's resampling of 8-bit pictures, bit for bit: a horizontal pass, rounded to bytes, then a vertical one, both in integers, or the other
/// way round where the height shrinks by far more than the width. Only the window that is wanted is computed, and padding around the picture
/// is one more tap with one colour.
/// </summary>
internal static class PillowResize
{
    private const int Half = 1 << (ResampleAxis.PrecisionBits - 1);
    private const int BlockBytes = 32;
    private const int FarMore = 2;

    /// <summary>Resamples a picture to the window of the two axes.</summary>
    /// <param name="source">The picture.</param>
    /// <param name="across">The horizontal axis.</param>
    /// <param name="down">The vertical axis.</param>
    /// <param name="padding">Colour of the padding, as a pixel: red in the lowest byte.</param>
    /// <returns>The window, to be disposed.</returns>
    public static unsafe RgbImage Resize(RgbImage source, ResampleAxis across, ResampleAxis down, uint padding)
    {
        var target = new RgbImage(across.Length, down.Length);
        try
        {
            if (IsDownFirst(across, down)) ResampleDownFirst(source, across, down, padding, target);
            else ResampleAcrossFirst(source, across, down, padding, target);
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Pillow 13 shrinks the height first when it shrinks far more than the width (python-pillow/Pillow#9549); before, the width was always
    /// first. Each pass rounds, so the order shows in the last bit. Pictures that keep their aspect are the same in all versions.
    /// </summary>
    private static bool IsDownFirst(ResampleAxis across, ResampleAxis down) => down.Scale > 1 && down.Scale > FarMore * across.Scale;

    private static unsafe void ResampleAcrossFirst(RgbImage source, ResampleAxis across, ResampleAxis down, uint padding, RgbImage target)
    {
        // Rows of the intermediate picture are whole blocks, so that the vertical pass has no remainder; the last one is the padding's.
        var stride = WholeBlocks(across.Length);
        var rows = down.SourceEnd - down.SourceStart;
        using var intermediate = new RgbImage(stride / RgbImage.PixelBytes, rows + 1);
        fixed (byte* pixels = source.Pixels)
        fixed (byte* middle = intermediate.Pixels)
        {
            for (var row = 0; row < rows; row++)
                ResampleRow(pixels + ((long)(down.SourceStart + row) * source.Stride), across, padding, middle + ((long)row * stride));
            if (down.NeedsPadding) ResamplePaddingRow(across, padding, middle + ((long)rows * stride));
            ResampleColumns(middle, stride, rows, down, target);
        }
    }

    private static unsafe void ResampleDownFirst(RgbImage source, ResampleAxis across, ResampleAxis down, uint padding, RgbImage target)
    {
        var stride = WholeBlocks(across.SourceEnd - across.SourceStart);
        using var intermediate = new RgbImage(stride / RgbImage.PixelBytes, down.Length);
        var paddingBlock = stackalloc uint[BlockBytes / RgbImage.PixelBytes];
        new Span<uint>(paddingBlock, BlockBytes / RgbImage.PixelBytes).Fill(padding);
        fixed (int* weights = down.Weights)
        fixed (byte* pixels = source.Pixels, middle = intermediate.Pixels, result = target.Pixels)
        {
            for (var y = 0; y < down.Length; y++)
            {
                // The last block of a row may reach into the next one, or into the slack behind the last.
                var output = down[y];
                var first = pixels + ((long)output.First * source.Stride) + ((long)across.SourceStart * RgbImage.PixelBytes);
                var row = middle + ((long)y * stride);
                for (var at = 0; at < stride; at += BlockBytes)
                    SumBlock(first + at, source.Stride, weights + output.Offset, output.Count, (byte*)paddingBlock, output.Padding, row + at);
                var outside = across.NeedsPadding ? PaddingPixel(down, y, padding) : 0;
                ResampleRow(row - ((long)across.SourceStart * RgbImage.PixelBytes), across, outside, result + ((long)y * target.Stride));
            }
        }
    }

    private static int WholeBlocks(int pixels) => ((pixels * RgbImage.PixelBytes) + BlockBytes - 1) / BlockBytes * BlockBytes;

    /// <summary>What a pass makes of nothing but padding.</summary>
    private static uint PaddingPixel(ResampleAxis axis, int index, uint padding)
    {
        var output = axis[index];
        var total = output.Padding;
        foreach (var weight in axis.Weights.Slice(output.Offset, output.Count)) total += weight;
        return NarrowPixel(Vector128.Create(Half) + (WidenPixel(padding) * total));
    }

    private static unsafe void ResampleRow(byte* source, ResampleAxis axis, uint padding, byte* target)
    {
        var paddingPixel = WidenPixel(padding);
        fixed (int* weights = axis.Weights)
        {
            for (var x = 0; x < axis.Length; x++)
            {
                var output = axis[x];
                var pixel = source + ((long)output.First * RgbImage.PixelBytes);
                var weight = weights + output.Offset;
                var sums = Vector256<int>.Zero; // two pixels of four channels
                var tap = 0;
                for (; tap + 2 <= output.Count; tap += 2)
                {
                    var pair = Vector256.Create(Vector128.Create(weight[tap]), Vector128.Create(weight[tap + 1]));
                    sums += Widen(Unsafe.ReadUnaligned<ulong>(pixel + (tap * RgbImage.PixelBytes))) * pair;
                }

                var sum = sums.GetLower() + sums.GetUpper() + Vector128.Create(Half) + (paddingPixel * output.Padding);
                if (tap < output.Count) sum += WidenPixel(Unsafe.ReadUnaligned<uint>(pixel + (tap * RgbImage.PixelBytes))) * weight[tap];
                Unsafe.WriteUnaligned(target + (x * RgbImage.PixelBytes), NarrowPixel(sum));
            }
        }
    }

    private static unsafe void ResamplePaddingRow(ResampleAxis axis, uint padding, byte* target)
    {
        for (var x = 0; x < axis.Length; x++) Unsafe.WriteUnaligned(target + (x * RgbImage.PixelBytes), PaddingPixel(axis, x, padding));
    }

    private static unsafe void ResampleColumns(byte* middle, int stride, int rows, ResampleAxis axis, RgbImage target)
    {
        var block = stackalloc byte[BlockBytes];
        var paddingRow = middle + ((long)rows * stride);
        fixed (int* weights = axis.Weights)
        fixed (byte* pixels = target.Pixels)
        {
            for (var y = 0; y < axis.Length; y++)
            {
                var output = axis[y];
                var first = middle + ((long)(output.First - axis.SourceStart) * stride);
                var row = pixels + ((long)y * target.Stride);
                for (var at = 0; at < target.Stride; at += BlockBytes)
                {
                    var whole = at + BlockBytes <= target.Stride;
                    SumBlock(first + at, stride, weights + output.Offset, output.Count, paddingRow + at, output.Padding, whole ? row + at : block);
                    if (!whole) new ReadOnlySpan<byte>(block, target.Stride - at).CopyTo(new Span<byte>(row + at, target.Stride - at));
                }
            }
        }
    }

    private static unsafe void SumBlock(byte* source, int stride, int* weights, int count, byte* paddingRow, int padding, byte* target)
    {
        var (a, b, c, d) = (Vector256.Create(Half), Vector256.Create(Half), Vector256.Create(Half), Vector256.Create(Half));
        if (padding != 0) Accumulate(paddingRow, padding, ref a, ref b, ref c, ref d);
        for (var tap = 0; tap < count; tap++, source += stride) Accumulate(source, weights[tap], ref a, ref b, ref c, ref d);
        var low = Vector256.Narrow(Clip(a), Clip(b)).AsUInt16();
        var high = Vector256.Narrow(Clip(c), Clip(d)).AsUInt16();
        Vector256.Narrow(low, high).Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Accumulate(
        byte* source, int weight, ref Vector256<int> a, ref Vector256<int> b, ref Vector256<int> c, ref Vector256<int> d)
    {
        var weights = Vector256.Create(weight);
        a += Widen(Unsafe.ReadUnaligned<ulong>(source)) * weights;
        b += Widen(Unsafe.ReadUnaligned<ulong>(source + 8)) * weights;
        c += Widen(Unsafe.ReadUnaligned<ulong>(source + 16)) * weights;
        d += Widen(Unsafe.ReadUnaligned<ulong>(source + 24)) * weights;
    }

    /// <summary>Eight bytes to eight integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(ulong bytes)
    {
        var vector = Vector128.CreateScalar(bytes).AsByte();
        if (Avx2.IsSupported) return Avx2.ConvertToVector256Int32(vector);
        var words = Vector128.WidenLower(vector);
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> WidenPixel(uint pixel) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(pixel).AsByte())).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Clip(Vector256<int> sums) =>
        Vector256.Min(Vector256.Max(sums >> ResampleAxis.PrecisionBits, Vector256<int>.Zero), Vector256.Create(255));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint NarrowPixel(Vector128<int> sums)
    {
        var clipped = Vector128.Min(Vector128.Max(sums >> ResampleAxis.PrecisionBits, Vector128<int>.Zero), Vector128.Create(255));
        var words = Vector128.Narrow(clipped, clipped).AsUInt16();
        return Vector128.Narrow(words, words).AsUInt32().ToScalar();
    }
}
