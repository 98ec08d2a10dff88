using ResPrune.Inference.Pruning.Kernels;

namespace ResPrune.Inference.Pruning;

/// <summary>
/// (13) <c>resprune</c>: greedy residual energy weighted by relevance to the question (arXiv 2603.21105, Alg. 1; <c>DESIGN.md</c> §4). Starting
/// from a seed it takes, again and again, the token with the largest e_i·w_i, where e_i = ‖v_i − P_S v_i‖² is what the chosen tokens
/// cannot express of it and w_i = (r_i + ε)^α.
/// </summary>
internal sealed unsafe class ResPrunePruner(DotKernel kernel) : IVisualTokenPruner
{
    /// <summary>A pruner on the widest vectors of this machine.</summary>
    public ResPrunePruner()
        : this(DotKernel.Best)
    {
    }

    /// <inheritdoc/>
    public TokenSelection Select(in TokenSelectionRequest request)
    {
        request.Validate();
        var (values, count, width) = request.Tokens;
        using var padded = new PaddedRows(values.Span, count, width);
        using var condition = new PaddedRows(request.Condition.Span, request.Condition.Length / width, width);
        using var space = new Scratch<double>(ResidualGreedy.WorkspaceLength(count, request.EffectiveBudget));
        using var norms = new Scratch<double>(count);
        using var weights = new Scratch<double>(count);
        fixed (float* tokenRows = padded.Values, conditionRows = condition.Values)
        fixed (double* workspace = space.Span)
        {
            var tokens = new RowMatrix((nint)tokenRows, count, padded.Width);
            Norms(tokens, norms.Span);
            var pack = workspace;
            var products = pack + DotPanel.PackLength;
            var words = new RowMatrix((nint)conditionRows, condition.Count, condition.Width);
            TextRelevance.Compute(kernel, tokens, norms.Span, words, pack, products, weights.Span);
            foreach (ref var w in weights.Span) w = request.Alpha == 0 ? 1 : Math.Pow(w + request.Epsilon, request.Alpha);

            var greedy = new ResidualGreedy(kernel, tokens, norms.Span, weights.Span, request.EffectiveBudget, workspace);
            return TokenSelection.FromOrder(greedy.Run(Seed(request.SeedScores.Span, norms.Span)));
        }
    }

    /// <summary>The first token with the largest score, or with the largest norm where there are no scores; relevance plays no part.</summary>
    private static int Seed(ReadOnlySpan<float> scores, ReadOnlySpan<double> squaredNorms)
    {
        var seed = 0;
        if (scores.IsEmpty)
        {
            for (var i = 1; i < squaredNorms.Length; i++)
                if (squaredNorms[i] > squaredNorms[seed]) seed = i;
            return seed;
        }

        for (var i = 0; i < scores.Length; i++)
        {
            if (float.IsNaN(scores[i])) throw new TokenSelectionException($"Seed score {i} of {scores.Length} is NaN.");
            if (scores[i] > scores[seed]) seed = i;
        }

        return seed;
    }

    private void Norms(RowMatrix tokens, Span<double> squaredNorms)
    {
        for (var i = 0; i < squaredNorms.Length; i++)
        {
            // The square of no float overflows a double, so that only a NaN or an infinity in the row can do this.
            squaredNorms[i] = DotPanel.SquaredNorm(kernel, tokens.Row(i), tokens.Width);
            if (!double.IsFinite(squaredNorms[i]))
                throw new TokenSelectionException($"Visual token {i} of {tokens.Count} holds a NaN or an infinity: no selection can be made.");
        }
    }
}
