using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Language;

/// <summary>
/// Attention without a cache over B sequences of S tokens each, laid out one after another. Used by training and as the reference that
/// the cached plans are tested against.
/// </summary>
/// <param name="batch">B; N must be B·S.</param>
/// <param name="mask">Additive mask [B or 1, 1, S, S], or null for causal.</param>
internal sealed class MaskedAttention(long batch, Tensor? mask) : IAttentionPlan
{
    public Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        using var scope = NewDisposeScope();
        var groups = query.size(1) / key.size(1);
        var (q, k, v) = (Split(query), GroupedQueries.Repeat(Split(key), groups), GroupedQueries.Repeat(Split(value), groups));
        var attended = nn.functional.scaled_dot_product_attention(q, k, v, mask, is_casual: mask is null); // [B, H, S, D]
        return attended.transpose(1, 2).reshape(query.size(0), -1).MoveToOuterDisposeScope();
    }

    private Tensor Split(Tensor x) => x.view(batch, x.size(0) / batch, x.size(1), x.size(2)).transpose(1, 2); // [N, H, D] -> [B, H, S, D]
}
