using ResPrune.Inference.Models;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Engine;

/// <summary>
/// What one layer of encoder or decoder has alive at a time: some ten vectors of the width and four of the MLP's a token. Scores of attention
/// are not counted: the fused kernels never have them whole.
/// </summary>
/// <param name="encoder">Shape of the encoder.</param>
/// <param name="text">Shape of the decoder.</param>
/// <param name="elementSize">Bytes of a value in what is computed in.</param>
internal sealed class ActivationCost(EncoderShape encoder, DecoderConfig text, int elementSize)
{
    /// <summary>Bytes that encoding an image takes.</summary>
    public long Encoding(VisualLayout layout)
    {
        var patches = encoder.PatchesPerTile is { } tile ? (long)layout.Tiles.Count * (tile + 1) : (long)layout.Tokens * encoder.PatchesPerToken;
        return patches * ((10L * encoder.HiddenSize) + (4L * encoder.IntermediateSize)) * elementSize;
    }

    /// <summary>Bytes that prefilling so many tokens takes.</summary>
    public long Prefilling(long tokens) => tokens * ((10L * text.HiddenSize) + (4L * text.IntermediateSize)) * elementSize;
}
