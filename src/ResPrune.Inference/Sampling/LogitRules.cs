using ResPrune.Inference.Checkpoints;

namespace ResPrune.Inference.Sampling;

/// <summary>
/// What a checkpoint's <c>generation_config.json</c> says of single tokens, applied to one row of logits before one is chosen, greedy or not. The
/// rules are those of transformers' processors of the same names (<c>generation/logits_process.py</c>): the penalty first, then what is barred
/// becomes −∞.
/// </summary>
internal static class LogitRules
{
    /// <summary>Changes a row of logits in place.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <param name="config">The rules.</param>
    /// <param name="penalty">The repetition penalty: the request's, or the checkpoint's.</param>
    /// <param name="eosTokenIds">Ids that end an answer.</param>
    /// <param name="context">Ids so far: the prompt's with one placeholder for the picture, then the answer's.</param>
    /// <param name="seen">The same ids, each once.</param>
    /// <param name="generated">How many of them are the answer's.</param>
    public static void Apply(
        Span<float> logits,
        GenerationConfig config,
        double penalty,
        IReadOnlyList<int> eosTokenIds,
        IReadOnlyList<int> context,
        IReadOnlySet<int> seen,
        int generated)
    {
        if (penalty != 1) Penalise(logits, (float)penalty, seen);
        if (config.NoRepeatNgramSize > 0) BarRepeatedRuns(logits, config.NoRepeatNgramSize, context);
        foreach (var word in config.BadWords)
        {
            // An end of the answer that is listed alone is not barred, as in transformers.
            if (word.Count == 1 && eosTokenIds.Contains(word[0])) continue;
            if (EndsWith(context, word, word.Count - 1)) Bar(logits, word[^1]);
        }

        if (generated < config.MinNewTokens) foreach (var id in eosTokenIds) Bar(logits, id);
        foreach (var id in config.SuppressTokens) Bar(logits, id);
        if (generated == 0) foreach (var id in config.BeginSuppressTokens) Bar(logits, id);
    }

    /// <summary><c>RepetitionPenaltyLogitsProcessor</c>: each id once, however often it was said.</summary>
    private static void Penalise(Span<float> logits, float penalty, IReadOnlySet<int> seen)
    {
        foreach (var id in seen)
        {
            if (id < logits.Length) logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
        }
    }

    /// <summary><c>NoRepeatNGramLogitsProcessor</c>: what followed the last n − 1 ids before, anywhere, must not follow them again.</summary>
    private static void BarRepeatedRuns(Span<float> logits, int size, IReadOnlyList<int> context)
    {
        for (var end = size - 1; end < context.Count; end++)
        {
            var same = 0;
            while (same < size - 1 && context[end - 1 - same] == context[context.Count - 1 - same]) same++;
            if (same == size - 1) Bar(logits, context[end]);
        }
    }

    private static bool EndsWith(IReadOnlyList<int> context, IReadOnlyList<int> word, int count)
    {
        if (context.Count < count) return false;
        for (var i = 0; i < count; i++)
        {
            if (context[context.Count - count + i] != word[i]) return false;
        }

        return true;
    }

    private static void Bar(Span<float> logits, int id)
    {
        if (id < logits.Length) logits[id] = float.NegativeInfinity;
    }
}
