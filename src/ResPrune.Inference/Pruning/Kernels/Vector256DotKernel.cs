using System.Runtime.Intrinsics;

namespace ResPrune.Inference.Pruning.Kernels;

/// <summary>
/// Four doubles at a time: AVX2, and whatever else .NET emulates it on. It adds in the order of <see cref="Vector512DotKernel"/> (a low
/// and a high accumulator stand for one of its registers), so that every machine of a fleet selects the same tokens.
/// </summary>
internal sealed unsafe class Vector256DotKernel : DotKernel
{
    /// <inheritdoc/>
    public override void Dot4x4(float* row0, float* row1, float* row2, float* row3, double* packed, int length, double* sums)
    {
        // Sixteen registers hold a 2 × 2 tile of pairs; the four tiles read the same cached lines.
        Dot2x2(row0, row1, packed, length, sums);
        Dot2x2(row0, row1, packed + (2 * Block), length, sums + 2);
        Dot2x2(row2, row3, packed, length, sums + 8);
        Dot2x2(row2, row3, packed + (2 * Block), length, sums + 10);
    }

    /// <inheritdoc/>
    public override double SquaredNorm(float* row, int length)
    {
        Vector256<double> low = default, high = default;
        for (nint i = 0; i < length; i += Block)
        {
            var (l, h) = Vector256.Widen(Vector256.Load(row + i));
            low = Vector256.MultiplyAddEstimate(l, l, low);
            high = Vector256.MultiplyAddEstimate(h, h, high);
        }

        return Vector256.Sum(low + high);
    }

    /// <inheritdoc/>
    public override double Deflate(
        int step, double* factor, double* pivot, double inverseRoot, double* gram, double* energy, double* weight, double* score)
    {
        var first = DeflateHalf(step, factor, pivot, inverseRoot, gram, energy, weight, score);
        const int Half = TokenTile / 2;
        var second = DeflateHalf(step, factor + Half, pivot, inverseRoot, gram + Half, energy + Half, weight + Half, score + Half);
        return Math.Max(first, second);
    }

    private static void Dot2x2(float* row0, float* row1, double* packed, int length, double* sums)
    {
        Vector256<double> s00 = default, t00 = default, s01 = default, t01 = default;
        Vector256<double> s10 = default, t10 = default, s11 = default, t11 = default;
        for (nint i = 0; i < length; i += Block, packed += Block * TileSide)
        {
            var (low, high) = Vector256.Widen(Vector256.Load(row0 + i));
            s00 = Vector256.MultiplyAddEstimate(low, Vector256.Load(packed), s00);
            t00 = Vector256.MultiplyAddEstimate(high, Vector256.Load(packed + 4), t00);
            s01 = Vector256.MultiplyAddEstimate(low, Vector256.Load(packed + 8), s01);
            t01 = Vector256.MultiplyAddEstimate(high, Vector256.Load(packed + 12), t01);
            (low, high) = Vector256.Widen(Vector256.Load(row1 + i));
            s10 = Vector256.MultiplyAddEstimate(low, Vector256.Load(packed), s10);
            t10 = Vector256.MultiplyAddEstimate(high, Vector256.Load(packed + 4), t10);
            s11 = Vector256.MultiplyAddEstimate(low, Vector256.Load(packed + 8), s11);
            t11 = Vector256.MultiplyAddEstimate(high, Vector256.Load(packed + 12), t11);
        }

        sums[0] = Vector256.Sum(s00 + t00);
        sums[1] = Vector256.Sum(s01 + t01);
        sums[4] = Vector256.Sum(s10 + t10);
        sums[5] = Vector256.Sum(s11 + t11);
    }

    private static double DeflateHalf(
        int step, double* factor, double* pivot, double inverseRoot, double* gram, double* energy, double* weight, double* score)
    {
        var c0 = Vector256.Load(gram);
        var c1 = Vector256.Load(gram + 4);
        var c2 = Vector256.Load(gram + 8);
        var c3 = Vector256.Load(gram + 12);
        var c4 = Vector256.Load(gram + 16);
        var c5 = Vector256.Load(gram + 20);
        var c6 = Vector256.Load(gram + 24);
        var c7 = Vector256.Load(gram + 28);
        for (var s = 0; s < step; s++, factor += TokenTile)
        {
            var p = Vector256.Create(-pivot[s]);
            c0 = Vector256.MultiplyAddEstimate(p, Vector256.Load(factor), c0);
            c1 = Vector256.MultiplyAddEstimate(p, Vector256.Load(factor + 4), c1);
            c2 = Vector256.MultiplyAddEstimate(p, Vector256.Load(factor + 8), c2);
            c3 = Vector256.MultiplyAddEstimate(p, Vector256.Load(factor + 12), c3);
            c4 = Vector256.MultiplyAddEstimate(p, Vector256.Load(factor + 16), c4);
            c5 = Vector256.MultiplyAddEstimate(p, Vector256.Load(factor + 20), c5);
            c6 = Vector256.MultiplyAddEstimate(p, Vector256.Load(factor + 24), c6);
            c7 = Vector256.MultiplyAddEstimate(p, Vector256.Load(factor + 28), c7);
        }

        var best = Score(c0, inverseRoot, 0, factor, energy, weight, score);
        best = Vector256.Max(best, Score(c1, inverseRoot, 4, factor, energy, weight, score));
        best = Vector256.Max(best, Score(c2, inverseRoot, 8, factor, energy, weight, score));
        best = Vector256.Max(best, Score(c3, inverseRoot, 12, factor, energy, weight, score));
        best = Vector256.Max(best, Score(c4, inverseRoot, 16, factor, energy, weight, score));
        best = Vector256.Max(best, Score(c5, inverseRoot, 20, factor, energy, weight, score));
        best = Vector256.Max(best, Score(c6, inverseRoot, 24, factor, energy, weight, score));
        best = Vector256.Max(best, Score(c7, inverseRoot, 28, factor, energy, weight, score));
        return Math.Max(Math.Max(best[0], best[1]), Math.Max(best[2], best[3]));
    }

    private static Vector256<double> Score(
        Vector256<double> c, double inverseRoot, int at, double* factor, double* energy, double* weight, double* score)
    {
        var l = c * inverseRoot;
        l.Store(factor + at);
        var e = Vector256.Max(Vector256<double>.Zero, Vector256.Load(energy + at) - (l * l));
        e.Store(energy + at);
        var w = Vector256.Load(weight + at);
        var result = Vector256.ConditionalSelect(Vector256.GreaterThan(w, Vector256<double>.Zero), e * w, Vector256<double>.Zero);
        result.Store(score + at);
        return result;
    }
}
