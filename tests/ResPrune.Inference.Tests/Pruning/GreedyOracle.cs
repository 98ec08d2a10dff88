namespace ResPrune.Inference.Tests.Pruning;

/// <summary>
/// ResPrune as slowly and plainly as it can be written, in float64: residual vectors are kept and every chosen direction is taken out of
/// all of them. It answers what each token scores after a given prefix of picks, so that any order can be checked against it.
/// </summary>
internal sealed class GreedyOracle
{
    private readonly double[][] _residual;
    private readonly double[] _squaredNorms;
    private readonly double[] _weights;
    private readonly bool[] _taken;
    private readonly double _exhausted;

    public GreedyOracle(float[] v, int count, int width, float[] u, double alpha, double epsilon)
    {
        _residual = Rows(v, count, width);
        _squaredNorms = _residual.Select(row => Dot(row, row)).ToArray();
        Relevance = RelevanceOf(_residual, Rows(u, u.Length / width, width));
        _weights = Relevance.Select(r => Math.Pow(r + epsilon, alpha)).ToArray();
        _taken = new bool[count];
        _exhausted = 1e-7 * _squaredNorms.Max();
    }

    public double[] Relevance { get; }

    public int LargestNorm => Array.IndexOf(_squaredNorms, _squaredNorms.Max());

    /// <summary>Scores of what can still be chosen; −1 for what was.</summary>
    public double[] Scores()
    {
        var scores = new double[_residual.Length];
        for (var i = 0; i < scores.Length; i++) scores[i] = _taken[i] ? -1 : Dot(_residual[i], _residual[i]) * _weights[i];
        if (scores.Max() > _exhausted) return scores;
        for (var i = 0; i < scores.Length; i++) scores[i] = _taken[i] ? -1 : _weights[i] * _squaredNorms[i];
        return scores;
    }

    public void Take(int pick)
    {
        Assert.False(_taken[pick], $"token {pick} was chosen twice");
        _taken[pick] = true;
        var norm = Math.Sqrt(Dot(_residual[pick], _residual[pick]));
        if (norm == 0) return;
        var direction = _residual[pick].Select(x => x / norm).ToArray();
        foreach (var row in _residual)
        {
            var along = Dot(row, direction);
            for (var c = 0; c < row.Length; c++) row[c] -= along * direction[c];
        }
    }

    /// <summary>The order an implementation without rounding errors gives.</summary>
    public static int[] Select(float[] v, int count, int width, float[] u, int budget, double alpha, double epsilon, int? seed = null)
    {
        var oracle = new GreedyOracle(v, count, width, u, alpha, epsilon);
        var order = new int[budget];
        for (var i = 0; i < budget; i++)
        {
            var scores = oracle.Scores();
            order[i] = i == 0 ? seed ?? oracle.LargestNorm : Array.IndexOf(scores, scores.Max());
            oracle.Take(order[i]);
        }

        return order;
    }

    /// <summary>Asserts that every pick from <paramref name="from"/> on has the best score of its own prefix, to a relative tolerance.</summary>
    public void AssertEachPickIsBest(IReadOnlyList<int> order, int from, double tolerance)
    {
        for (var i = 0; i < order.Count; i++)
        {
            if (i >= Math.Max(from, 1))
            {
                var scores = Scores();
                var best = scores.Max();
                Assert.True(
                    scores[order[i]] >= best * (1 - tolerance),
                    $"pick {i} is token {order[i]} with score {scores[order[i]]:R}; token {Array.IndexOf(scores, best)} has {best:R}");
            }

            Take(order[i]);
        }
    }

    private static double[] RelevanceOf(double[][] v, double[][] u) => v.Select(token =>
        u.Length == 0 ? 1 : u.Max(word => Math.Max(0, Cosine(token, word)))).ToArray();

    private static double Cosine(double[] a, double[] b)
    {
        var norms = Math.Sqrt(Dot(a, a) * Dot(b, b));
        return norms == 0 ? 0 : Dot(a, b) / norms;
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static double[][] Rows(float[] values, int count, int width) =>
        Enumerable.Range(0, count).Select(i => values.AsSpan(i * width, width).ToArray().Select(x => (double)x).ToArray()).ToArray();
}
