using System.Buffers;
using ResPrune.Inference.Sampling;

namespace ResPrune.Inference.Pruning;

/// <summary>
/// <c>random</c>: k of T tokens, uniform without replacement (partial Fisher–Yates), decided by
/// <see cref="TokenSelectionRequest.RandomSeed"/> alone. The control every claim about pruning is measured against.
/// </summary>
internal sealed class RandomPruner : IVisualTokenPruner
{
    /// <summary>
    /// The seed of one request: FNV-1a of the image digest, with the job's seed added and mixed. Another picture gets another selection
    /// under the same job seed; the same picture gets the same one in any batch, on any worker, for any question.
    /// </summary>
    public static long SeedFor(long jobSeed, string imageDigest)
    {
        ArgumentNullException.ThrowIfNull(imageDigest);
        var hash = 14695981039346656037UL;
        foreach (var c in imageDigest) hash = (hash ^ c) * 1099511628211UL;
        return unchecked((long)new SampleStream((long)hash).Bits(jobSeed));
    }

    /// <inheritdoc/>
    public TokenSelection Select(in TokenSelectionRequest request)
    {
        request.Validate();
        var count = request.Tokens.Count;
        var order = new int[request.EffectiveBudget];
        var stream = new SampleStream(request.RandomSeed);
        var deck = ArrayPool<int>.Shared.Rent(count);
        for (var i = 0; i < count; i++) deck[i] = i;
        for (var i = 0; i < order.Length; i++)
        {
            // The high half of a 64 × 64 bit product: a bias below 2^-32 at any T.
            var j = i + (int)Math.BigMul(stream.Bits(i), (ulong)(count - i), out _);
            (deck[i], deck[j]) = (deck[j], deck[i]);
            order[i] = deck[i];
        }

        ArrayPool<int>.Shared.Return(deck);
        return TokenSelection.FromOrder(order);
    }
}
