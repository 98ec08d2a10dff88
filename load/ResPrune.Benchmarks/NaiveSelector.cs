using System.Numerics;
using System.Runtime.InteropServices;

namespace ResPrune.Benchmarks;

/// <summary>
/// The algorithm as the paper prints it, written straight down over portable vectors: an orthonormal basis grows by one direction a step
/// (two Gram–Schmidt passes), and every token's residual energy loses its part along it. float32 data, float64 energies.
/// </summary>
internal static class NaiveSelector
{
    public static int[] Select(float[] v, int count, int width, float[] u, int budget, double alpha)
    {
        var energy = new double[count];
        var weight = new double[count];
        for (var i = 0; i < count; i++)
        {
            var token = v.AsSpan(i * width, width);
            energy[i] = Dot(token, token);
            var relevance = 0.0;
            for (var j = 0; j < u.Length; j += width)
            {
                var word = u.AsSpan(j, width);
                relevance = Math.Max(relevance, Dot(token, word) / Math.Sqrt(energy[i] * Dot(word, word)));
            }

            weight[i] = Math.Pow(relevance + 1e-6, alpha);
        }

        var order = new int[budget];
        var basis = new float[budget * width];
        order[0] = Array.IndexOf(energy, energy.Max());
        for (var chosen = 1; chosen < budget; chosen++)
        {
            var direction = basis.AsSpan((chosen - 1) * width, width);
            v.AsSpan(order[chosen - 1] * width, width).CopyTo(direction);
            for (var pass = 0; pass < 2; pass++)
                for (var s = 0; s < chosen - 1; s++)
                {
                    var other = basis.AsSpan(s * width, width);
                    Add(direction, other, -Dot(direction, other));
                }

            Scale(direction, 1 / Math.Sqrt(Dot(direction, direction)));
            for (var i = 0; i < count; i++) energy[i] -= Math.Pow(Dot(v.AsSpan(i * width, width), direction), 2);
            weight[order[chosen - 1]] = 0;
            order[chosen] = Enumerable.Range(0, count).MaxBy(i => energy[i] * weight[i]);
        }

        return order;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var x = MemoryMarshal.Cast<float, Vector<float>>(a);
        var y = MemoryMarshal.Cast<float, Vector<float>>(b);
        Vector<double> low = default, high = default;
        for (var i = 0; i < x.Length; i++)
        {
            Vector.Widen(x[i], out var xl, out var xh);
            Vector.Widen(y[i], out var yl, out var yh);
            low += xl * yl;
            high += xh * yh;
        }

        return Vector.Sum(low + high);
    }

    private static void Add(Span<float> target, ReadOnlySpan<float> other, double factor)
    {
        var x = MemoryMarshal.Cast<float, Vector<float>>(target);
        var y = MemoryMarshal.Cast<float, Vector<float>>(other);
        for (var i = 0; i < x.Length; i++) x[i] += y[i] * (float)factor;
    }

    private static void Scale(Span<float> target, double factor)
    {
        foreach (ref var x in target) x *= (float)factor;
    }
}
