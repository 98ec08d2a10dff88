using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Language;

/// <summary>Grouped-query attention by hand: this TorchSharp's attention has no flag for it.</summary>
internal static class GroupedQueries
{
    /// <summary>Repeats each key or value head for the queries that share it. [B, Hkv, S, D] -> [B, Hkv·groups, S, D]</summary>
    public static Tensor Repeat(Tensor heads, long groups) =>
        groups == 1 ? heads.alias() : heads.repeat_interleave(groups, dim: 1);
}
