using ResPrune.Inference.Pruning.Kernels;

namespace ResPrune.Inference.Pruning;

/// <summary>How near each visual token is to the question's words (ResPrune, Eq. 13).</summary>
internal static unsafe class TextRelevance
{
    /// <summary>
    /// relevance[i] = max_j max(0, cos(v_i, u_j)); 1 everywhere when there is no u. A zero row has no direction and counts as 0.
    /// </summary>
    /// <param name="kernel">The inner loop.</param>
    /// <param name="tokens">V [T, d].</param>
    /// <param name="squaredNorms">‖v_i‖², [T].</param>
    /// <param name="condition">U [L, d].</param>
    /// <param name="pack">Scratch of <see cref="DotPanel.PackLength"/>.</param>
    /// <param name="products">Scratch of T · <see cref="DotPanel.MaxVectors"/>.</param>
    /// <param name="relevance">[T], overwritten.</param>
    /// <exception cref="TokenSelectionException">U holds a NaN or an infinity.</exception>
    public static void Compute(
        DotKernel kernel,
        RowMatrix tokens,
        ReadOnlySpan<double> squaredNorms,
        RowMatrix condition,
        double* pack,
        double* products,
        Span<double> relevance)
    {
        relevance.Fill(condition.Count == 0 ? 1 : 0);
        if (condition.Count == 0) return;
        using var rows = new Scratch<int>(tokens.Count);
        for (var i = 0; i < tokens.Count; i++) rows.Span[i] = i;
        Span<int> words = stackalloc int[DotPanel.MaxVectors];
        Span<nint> results = stackalloc nint[DotPanel.MaxVectors];
        for (var j = 0; j < results.Length; j++) results[j] = (nint)(products + ((nint)j * tokens.Count));
        for (var start = 0; start < condition.Count; start += words.Length)
        {
            var count = Math.Min(words.Length, condition.Count - start);
            for (var j = 0; j < count; j++) words[j] = start + j;
            DotPanel.Compute(kernel, tokens, rows.Span, condition, words[..count], pack, results[..count]);
            for (var j = 0; j < count; j++)
            {
                var squared = DotPanel.SquaredNorm(kernel, condition.Row(words[j]), condition.Width);
                if (!double.IsFinite(squared))
                    throw new TokenSelectionException($"Condition embedding {words[j]} of {condition.Count} holds a NaN or an infinity.");
                Raise(new ReadOnlySpan<double>((double*)results[j], tokens.Count), squaredNorms, Math.Sqrt(squared), relevance);
            }
        }
    }

    private static void Raise(ReadOnlySpan<double> products, ReadOnlySpan<double> squaredNorms, double norm, Span<double> relevance)
    {
        if (norm == 0) return;
        for (var i = 0; i < relevance.Length; i++)
        {
            if (products[i] <= 0) continue;
            relevance[i] = Math.Max(relevance[i], products[i] / (Math.Sqrt(squaredNorms[i]) * norm));
        }
    }
}
