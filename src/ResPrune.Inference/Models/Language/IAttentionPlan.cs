using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Language;

/// <summary>
/// How the N packed tokens of one forward pass attend to each other and to what was cached: which tokens form a sequence, what each may
/// see, where keys and values are kept. The decoder's layers know none of it.
/// </summary>
internal interface IAttentionPlan
{
    /// <summary>[N, H, D], [N, Hkv, D], [N, Hkv, D] -> [N, H·D], in the query's dtype.</summary>
    Tensor Attend(int layer, Tensor query, Tensor key, Tensor value);
}
