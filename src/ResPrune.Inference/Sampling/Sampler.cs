using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Sampling;

/// <summary>
/// Chooses the next token from one row of logits: temperature, then min-p, then top-k, then top-p, in vLLM's order and with the rules of Hugging Face's
/// logits processors. Allocates nothing that lasts: scratch comes from the shared pool.
/// </summary>
internal static class Sampler
{
    /// <summary>The next token id.</summary>
    /// <param name="logits">[vocabulary], no NaN and no +∞; −∞ bars a token.</param>
    /// <param name="parameters">Temperature 0 takes the largest logit, ties to the lower id; what is null changes nothing.</param>
    /// <param name="stream">The request's own random numbers.</param>
    /// <param name="step">Which token of the answer this is, from 0: the number taken from the stream.</param>
    /// <exception cref="InvalidLogitsException">A logit is NaN or +∞, or none is finite.</exception>
    public static int Next(ReadOnlySpan<float> logits, SamplingParameters parameters, SampleStream stream, int step)
    {
        var best = ArgMax(logits);
        if (parameters.Temperature is not > 0) return best;
        var (temperature, topK, topP) = (parameters.Temperature.Value, parameters.TopK ?? 0, parameters.TopP ?? 1);

        // Ranks are compared on the raw logits and only weights are scaled: dividing by the temperature can make unequal logits equal.
        var floor = topK > 0 && topK < logits.Length ? KthLargest(logits, topK) : float.NegativeInfinity;
        if (parameters.MinP is > 0 and var minP) floor = (float)Math.Max(floor, logits[best] + (Math.Log(minP) * temperature));
        var weights = ArrayPool<float>.Shared.Rent(logits.Length);
        try
        {
            var row = weights.AsSpan(0, logits.Length);
            var total = Weigh(logits, logits[best], floor, temperature, row);
            var uniform = stream.Uniform(step);
            return topP < 1 ? DrawNucleus(logits, row, total, topP, uniform) : Draw(row, total, uniform, best);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(weights);
        }
    }

    /// <summary>The lowest id with the largest logit.</summary>
    /// <exception cref="InvalidLogitsException">A logit is NaN or +∞, or none is finite.</exception>
    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        var largest = float.NegativeInfinity;
        var sum = Vector<float>.Zero;
        var top = new Vector<float>(float.NegativeInfinity);
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        foreach (var v in vectors)
        {
            // A NaN or an infinity makes 0·v a NaN that no sum loses; −∞ does so too and is told apart below.
            sum += v * Vector<float>.Zero;
            top = Vector.Max(top, v);
        }

        for (var i = 0; i < Vector<float>.Count; i++) largest = Math.Max(largest, top[i]);
        var tail = logits[(vectors.Length * Vector<float>.Count)..];
        foreach (var logit in tail) largest = Math.Max(largest, logit);
        if (!float.IsFinite(largest) || float.IsNaN(Vector.Sum(sum))) Check(logits);
        return logits.IndexOf(largest);
    }

    private static void Check(ReadOnlySpan<float> logits)
    {
        var anyFinite = false;
        for (var id = 0; id < logits.Length; id++)
        {
            if (float.IsNaN(logits[id]) || float.IsPositiveInfinity(logits[id]))
                throw new InvalidLogitsException($"The logit of token {id} is {(float.IsNaN(logits[id]) ? "NaN" : "+infinity")}: no token can be chosen.");
            anyFinite |= float.IsFinite(logits[id]);
        }

        if (!anyFinite) throw new InvalidLogitsException($"None of the {logits.Length} logits is finite: no token can be chosen.");
    }

    /// <summary>weights = exp((logit − largest) / temperature), 0 below <paramref name="floor"/>. Returns their sum.</summary>
    private static double Weigh(ReadOnlySpan<float> logits, float largest, float floor, double temperature, Span<float> weights)
    {
        var scale = Vector256.Create((float)Math.Min(1 / temperature, float.MaxValue));
        var (top, least) = (Vector256.Create(largest), Vector256.Create(floor));
        var sum = Vector256<double>.Zero;
        var i = 0;
        for (; i <= logits.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var logit = Vector256.Create(logits[i..]);
            var weight = Weight(logit, top, least, scale);
            weight.CopyTo(weights[i..]);
            var (low, high) = Vector256.Widen(weight);
            sum += low + high;
        }

        var total = Vector256.Sum(sum);
        for (; i < logits.Length; i++)
        {
            weights[i] = Weight(Vector256.Create(logits[i]), top, least, scale)[0];
            total += weights[i];
        }

        return total;
    }

    private static Vector256<float> Weight(Vector256<float> logit, Vector256<float> top, Vector256<float> floor, Vector256<float> scale)
    {
        var weight = Vector256.Exp((logit - top) * scale);
        return Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(logit, floor), weight, Vector256<float>.Zero);
    }

    /// <summary>The k-th largest logit; tokens tied with it stay in, as in Hugging Face's top-k. A heap of the k largest, least on top.</summary>
    private static float KthLargest(ReadOnlySpan<float> logits, int k)
    {
        var array = ArrayPool<float>.Shared.Rent(k);
        var heap = array.AsSpan(0, k);
        logits[..k].CopyTo(heap);
        for (var i = (k / 2) - 1; i >= 0; i--) Sink(heap, i);
        foreach (var logit in logits[k..])
        {
            if (logit <= heap[0]) continue;
            heap[0] = logit;
            Sink(heap, 0);
        }

        var result = heap[0];
        ArrayPool<float>.Shared.Return(array);
        return result;
    }

    private static void Sink(Span<float> heap, int at)
    {
        while (true)
        {
            var child = (2 * at) + 1;
            if (child >= heap.Length) return;
            if (child + 1 < heap.Length && heap[child + 1] < heap[child]) child++;
            if (heap[at] <= heap[child]) return;
            (heap[at], heap[child]) = (heap[child], heap[at]);
            at = child;
        }
    }

    private static int Draw(ReadOnlySpan<float> weights, double total, double uniform, int fallback)
    {
        var left = uniform * total;
        for (var id = 0; id < weights.Length; id++)
        {
            if (weights[id] == 0) continue;
            left -= weights[id];
            if (left < 0) return id;
            fallback = id;
        }

        // Rounding only: the running difference ended at 0. The last token with a weight owns that end.
        return fallback;
    }

    /// <summary>
    /// Top-p: tokens from the likeliest down, up to and with the first whose running probability passes p (Hugging Face's shifted mask:
    /// the first is always in). Among equal logits the lower id comes first.
    /// </summary>
    private static int DrawNucleus(ReadOnlySpan<float> logits, ReadOnlySpan<float> weights, double total, double topP, double uniform)
    {
        // Tokens under (1 − p)/V of the mass add up to less than 1 − p, so the nucleus ends before the first of them: no need to sort them.
        var least = (1 - topP) / weights.Length * total;
        var array = ArrayPool<ulong>.Shared.Rent(weights.Length);
        var count = 0;
        for (var id = 0; id < weights.Length; id++)
            if (weights[id] >= least && weights[id] > 0) array[count++] = DescendingKey(logits[id], id);
        var ranked = array.AsSpan(0, count);
        ranked.Sort();

        double mass = 0;
        var kept = 0;
        while (kept < count && (kept == 0 || mass <= topP * total)) mass += weights[(int)(uint)ranked[kept++]];
        var left = uniform * mass;
        var at = 0;
        while (at < kept - 1 && (left -= weights[(int)(uint)ranked[at]]) >= 0) at++;
        var chosen = (int)(uint)ranked[at];
        ArrayPool<ulong>.Shared.Return(array);
        return chosen;
    }

    /// <summary>A number that sorts by falling logit, then by rising id, and holds the id in its low half.</summary>
    private static ulong DescendingKey(float logit, int id)
    {
        var bits = BitConverter.SingleToUInt32Bits(logit);
        var ascending = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
        return ((ulong)~ascending << 32) | (uint)id;
    }
}
