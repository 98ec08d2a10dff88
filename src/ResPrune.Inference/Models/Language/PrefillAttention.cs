using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Language;

/// <summary>
/// Causal attention of whole prompts packed one after another; sequence i fills slot i of the cache. Each sequence is computed by
/// itself, so that it never pays for a longer neighbour.
/// </summary>
/// <param name="cache">Receives keys and values; must have room.</param>
/// <param name="lengths">Tokens of each sequence; their sum is N.</param>
internal sealed class PrefillAttention(KvCache cache, IReadOnlyList<int> lengths) : IAttentionPlan
{
    public Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        using var scope = NewDisposeScope();
        var parts = new Tensor[lengths.Count];
        long start = 0;
        for (var slot = 0; slot < parts.Length; slot++)
        {
            var (k, v) = (key.narrow(0, start, lengths[slot]), value.narrow(0, start, lengths[slot])); // [n, Hkv, D]
            cache.WriteSequence(layer, slot, k, v);
            parts[slot] = AttendOne(query.narrow(0, start, lengths[slot]), k, v); // [n, H·D]
            start += lengths[slot];
        }

        return (parts.Length == 1 ? parts[0] : cat(parts, 0)).MoveToOuterDisposeScope();
    }

    private static Tensor AttendOne(Tensor query, Tensor key, Tensor value)
    {
        using var scope = NewDisposeScope();
        var groups = query.size(1) / key.size(1);
        var (q, k, v) = (Heads(query), GroupedQueries.Repeat(Heads(key), groups), GroupedQueries.Repeat(Heads(value), groups));
        var attended = nn.functional.scaled_dot_product_attention(q, k, v, is_casual: true); // [1, H, n, D]
        return attended.squeeze(0).transpose(0, 1).flatten(1).MoveToOuterDisposeScope();
    }

    private static Tensor Heads(Tensor x) => x.transpose(0, 1).unsqueeze(0); // [n, H, D] -> [1, H, n, D]
}
