using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Tests.Pruning;

/// <summary>Seeded tokens of the kinds that break selectors.</summary>
internal static class PruningData
{
    public static readonly string[] Kinds = ["gaussian", "power-law", "outlier", "duplicates", "rank-deficient", "zero-rows", "clusters"];

    /// <summary>V [count, width] of one kind.</summary>
    public static float[] Tokens(string kind, int count, int width, int seed)
    {
        var random = new Random(seed);
        var v = Gaussian(random, count * width);
        switch (kind)
        {
            case "gaussian":
                break;
            case "power-law":
                // What hidden states look like: a falling spectrum around a common mean.
                for (var i = 0; i < v.Length; i++) v[i] = (v[i] * MathF.Pow(1 + (i % width), -0.8f)) + 0.3f;
                break;
            case "outlier":
                for (var i = 0; i < v.Length; i++)
                {
                    if (i % width == 2) v[i] += 300;
                    if (i / width == count / 2) v[i] *= 500;
                }

                break;
            case "duplicates":
                for (var i = 1; i < count; i += 2) v.AsSpan((i - 1) * width, width).CopyTo(v.AsSpan(i * width, width));
                break;
            case "rank-deficient":
                var rank = Math.Max(1, width / 4);
                var basis = Gaussian(random, rank * width);
                for (var i = 0; i < count; i++) Combine(v.AsSpan(i * width, width), basis, rank, random);
                break;
            case "zero-rows":
                for (var i = 0; i < count; i += 3) v.AsSpan(i * width, width).Clear();
                break;
            case "clusters":
                // Likely candidates that one pick makes unlikely together: the cached rows outgrow their room.
                for (var i = 0; i < v.Length; i++) v[i] += i % width == i / width % 4 ? 400 * (1 + (i / width % 4)) : 0;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }

        return v;
    }

    /// <summary>U [count, width].</summary>
    public static float[] Words(int count, int width, int seed) => Gaussian(new Random(seed + 1_000_003), count * width);

    public static TokenSelectionRequest Request(float[] v, int count, int width, int budget, float[]? u = null, double alpha = 0.75) => new()
    {
        Tokens = new VisualTokens(v, count, width),
        Budget = budget,
        Condition = u,
        Alpha = alpha,
    };

    private static void Combine(Span<float> row, float[] basis, int rank, Random random)
    {
        row.Clear();
        for (var r = 0; r < rank; r++)
        {
            // Small whole factors keep the rows in the span in float32 too, up to the rounding of a sum.
            var factor = random.Next(-3, 4);
            for (var c = 0; c < row.Length; c++) row[c] += factor * basis[(r * row.Length) + c];
        }
    }

    private static float[] Gaussian(Random random, int length)
    {
        var values = new float[length];
        for (var i = 0; i < length; i++)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }
}
