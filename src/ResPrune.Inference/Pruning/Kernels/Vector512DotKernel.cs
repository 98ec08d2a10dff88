using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResPrune.Inference.Pruning.Kernels;

/// <summary>Eight doubles at a time: AVX-512.</summary>
internal sealed unsafe class Vector512DotKernel : DotKernel
{
    /// <inheritdoc/>
    public override void Dot4x4(float* row0, float* row1, float* row2, float* row3, double* packed, int length, double* sums)
    {
        Vector512<double> s00 = default, s01 = default, s02 = default, s03 = default;
        Vector512<double> s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<double> s20 = default, s21 = default, s22 = default, s23 = default;
        Vector512<double> s30 = default, s31 = default, s32 = default, s33 = default;
        for (nint i = 0; i < length; i += Block, packed += Block * TileSide)
        {
            var p0 = Vector512.Load(packed);
            var p1 = Vector512.Load(packed + 8);
            var p2 = Vector512.Load(packed + 16);
            var p3 = Vector512.Load(packed + 24);
            var r = Widen(row0 + i);
            s00 = Vector512.MultiplyAddEstimate(r, p0, s00);
            s01 = Vector512.MultiplyAddEstimate(r, p1, s01);
            s02 = Vector512.MultiplyAddEstimate(r, p2, s02);
            s03 = Vector512.MultiplyAddEstimate(r, p3, s03);
            r = Widen(row1 + i);
            s10 = Vector512.MultiplyAddEstimate(r, p0, s10);
            s11 = Vector512.MultiplyAddEstimate(r, p1, s11);
            s12 = Vector512.MultiplyAddEstimate(r, p2, s12);
            s13 = Vector512.MultiplyAddEstimate(r, p3, s13);
            r = Widen(row2 + i);
            s20 = Vector512.MultiplyAddEstimate(r, p0, s20);
            s21 = Vector512.MultiplyAddEstimate(r, p1, s21);
            s22 = Vector512.MultiplyAddEstimate(r, p2, s22);
            s23 = Vector512.MultiplyAddEstimate(r, p3, s23);
            r = Widen(row3 + i);
            s30 = Vector512.MultiplyAddEstimate(r, p0, s30);
            s31 = Vector512.MultiplyAddEstimate(r, p1, s31);
            s32 = Vector512.MultiplyAddEstimate(r, p2, s32);
            s33 = Vector512.MultiplyAddEstimate(r, p3, s33);
        }

        (sums[0], sums[1], sums[2], sums[3]) = (Sum(s00), Sum(s01), Sum(s02), Sum(s03));
        (sums[4], sums[5], sums[6], sums[7]) = (Sum(s10), Sum(s11), Sum(s12), Sum(s13));
        (sums[8], sums[9], sums[10], sums[11]) = (Sum(s20), Sum(s21), Sum(s22), Sum(s23));
        (sums[12], sums[13], sums[14], sums[15]) = (Sum(s30), Sum(s31), Sum(s32), Sum(s33));
    }

    /// <inheritdoc/>
    public override double SquaredNorm(float* row, int length)
    {
        Vector512<double> sum = default;
        for (nint i = 0; i < length; i += Block)
        {
            var r = Widen(row + i);
            sum = Vector512.MultiplyAddEstimate(r, r, sum);
        }

        return Sum(sum);
    }

    /// <inheritdoc/>
    public override double Deflate(
        int step, double* factor, double* pivot, double inverseRoot, double* gram, double* energy, double* weight, double* score)
    {
        var c0 = Vector512.Load(gram);
        var c1 = Vector512.Load(gram + 8);
        var c2 = Vector512.Load(gram + 16);
        var c3 = Vector512.Load(gram + 24);
        var c4 = Vector512.Load(gram + 32);
        var c5 = Vector512.Load(gram + 40);
        var c6 = Vector512.Load(gram + 48);
        var c7 = Vector512.Load(gram + 56);
        for (var s = 0; s < step; s++, factor += TokenTile)
        {
            var p = Vector512.Create(-pivot[s]);
            c0 = Vector512.MultiplyAddEstimate(p, Vector512.Load(factor), c0);
            c1 = Vector512.MultiplyAddEstimate(p, Vector512.Load(factor + 8), c1);
            c2 = Vector512.MultiplyAddEstimate(p, Vector512.Load(factor + 16), c2);
            c3 = Vector512.MultiplyAddEstimate(p, Vector512.Load(factor + 24), c3);
            c4 = Vector512.MultiplyAddEstimate(p, Vector512.Load(factor + 32), c4);
            c5 = Vector512.MultiplyAddEstimate(p, Vector512.Load(factor + 40), c5);
            c6 = Vector512.MultiplyAddEstimate(p, Vector512.Load(factor + 48), c6);
            c7 = Vector512.MultiplyAddEstimate(p, Vector512.Load(factor + 56), c7);
        }

        var best = Score(c0, inverseRoot, 0, factor, energy, weight, score);
        best = Vector512.Max(best, Score(c1, inverseRoot, 8, factor, energy, weight, score));
        best = Vector512.Max(best, Score(c2, inverseRoot, 16, factor, energy, weight, score));
        best = Vector512.Max(best, Score(c3, inverseRoot, 24, factor, energy, weight, score));
        best = Vector512.Max(best, Score(c4, inverseRoot, 32, factor, energy, weight, score));
        best = Vector512.Max(best, Score(c5, inverseRoot, 40, factor, energy, weight, score));
        best = Vector512.Max(best, Score(c6, inverseRoot, 48, factor, energy, weight, score));
        best = Vector512.Max(best, Score(c7, inverseRoot, 56, factor, energy, weight, score));
        var half = Vector256.Max(best.GetLower(), best.GetUpper());
        return Math.Max(Math.Max(half[0], half[1]), Math.Max(half[2], half[3]));
    }

    private static Vector512<double> Score(
        Vector512<double> c, double inverseRoot, int at, double* factor, double* energy, double* weight, double* score)
    {
        var l = c * inverseRoot;
        l.Store(factor + at);
        var e = Vector512.Max(Vector512<double>.Zero, Vector512.Load(energy + at) - (l * l));
        e.Store(energy + at);
        var w = Vector512.Load(weight + at);
        var result = Vector512.ConditionalSelect(Vector512.GreaterThan(w, Vector512<double>.Zero), e * w, Vector512<double>.Zero);
        result.Store(score + at);
        return result;
    }

    private static double Sum(Vector512<double> v) => Vector256.Sum(v.GetLower() + v.GetUpper());

    private static Vector512<double> Widen(float* values)
    {
        var narrow = Vector256.Load(values);
        if (Avx512F.IsSupported) return Avx512F.ConvertToVector512Double(narrow);
        var (lower, upper) = Vector256.Widen(narrow);
        return Vector512.Create(lower, upper);
    }
}
