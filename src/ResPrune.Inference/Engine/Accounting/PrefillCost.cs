namespace ResPrune.Inference.Engine.Accounting;

/// <summary>
/// What prefilling n tokens costs a decoder with gated MLPs, by the formulas of the pruning papers (multiply-add = 2; embedding, norms
/// and output head left out), so that numbers can be laid beside theirs. n is kept visual tokens plus text tokens.
/// </summary>
/// <param name="Layers">Decoder layers.</param>
/// <param name="HiddenSize">d.</param>
/// <param name="IntermediateSize">m, the width of the MLP.</param>
/// <param name="KeyValueHeads">h_kv; equal to the attention heads without grouped queries.</param>
/// <param name="HeadDimension">d_h.</param>
internal sealed record PrefillCost(int Layers, int HiddenSize, int IntermediateSize, int KeyValueHeads, int HeadDimension)
{
    /// <summary>
    /// FLOPs of n tokens: per layer 4nd² (queries, output) + 4nd·h_kv·d_h (keys, values) + 4n²d (scores, mix) + 6ndm (MLP). Without
    /// grouped queries h_kv·d_h = d, and the projections are the papers' 8nd².
    /// </summary>
    public double Flops(int tokens)
    {
        double n = tokens, d = HiddenSize, keys = (double)KeyValueHeads * HeadDimension;
        return Layers * ((4 * n * d * d) + (4 * n * d * keys) + (4 * n * n * d) + (6 * n * d * IntermediateSize));
    }

    /// <summary>Bytes of the key-value cache of n tokens: 2·L·h_kv·d_h·n·<paramref name="bytesPerValue"/>.</summary>
    public long KvBytes(int tokens, int bytesPerValue) =>
        2L * Layers * KeyValueHeads * HeadDimension * tokens * bytesPerValue;
}
