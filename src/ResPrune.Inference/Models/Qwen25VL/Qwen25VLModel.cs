using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>Qwen2.5-VL: vision transformer with merger, Qwen2 decoder. HF <c>Qwen2_5_VLForConditionalGeneration</c>.</summary>
internal sealed class Qwen25VLModel : IVisionLanguageModel
{
    /// <summary>Most patches of one pass through the vision transformer, which bounds its memory; a picture of more goes alone.</summary>
    private const int PatchesPerPass = 16384;

    private readonly QwenVisionModel _vision;
    private readonly int _merge;

    /// <param name="config">Shapes.</param>
    /// <param name="weights">Where weights come from.</param>
    public Qwen25VLModel(Qwen25VLConfig config, IWeightSource weights)
    {
        _merge = config.Vision.MergeSize;
        _vision = new QwenVisionModel(config.Vision, weights);
        Language = new DecoderModel(config.Text, weights);
    }

    /// <inheritdoc/>
    public DecoderModel Language { get; }

    /// <inheritdoc/>
    public IReadOnlyList<VisualEmbedding> Encode(IReadOnlyList<ImageInput> images)
    {
        using var scope = NewDisposeScope();
        var pictures = images.Cast<PatchGridImage>().ToArray();
        var embeddings = new List<VisualEmbedding>(pictures.Length);
        for (var start = 0; start < pictures.Length;)
        {
            var (end, patches) = (start, 0);
            while (end < pictures.Length && (end == start || patches + pictures[end].Grid.Patches <= PatchesPerPass)) patches += pictures[end++].Grid.Patches;
            Encode(pictures.AsSpan(start, end - start), embeddings);
            start = end;
        }

        foreach (var embedding in embeddings) embedding.Tokens.MoveToOuterDisposeScope();
        return embeddings;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _vision.Dispose();
        Language.Dispose();
    }

    private void Encode(ReadOnlySpan<PatchGridImage> pictures, List<VisualEmbedding> embeddings)
    {
        using var scope = NewDisposeScope();
        var values = new Tensor[pictures.Length];
        var grids = new PatchGrid[pictures.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var pixels = pictures[i].Pixels;
            values[i] = tensor(pixels.Data, [pixels.Shape[0], pixels.Shape[1]]);
            grids[i] = pictures[i].Grid;
        }

        var patches = cat(values, 0).to(Language.DType, Language.Device); // [S, values]
        var tokens = _vision.Forward(patches, grids); // [T, C]
        long start = 0;
        foreach (var grid in grids)
        {
            var count = grid.Patches / (_merge * _merge);

            // A copy, so that one picture's tokens do not keep those of all the others.
            embeddings.Add(new VisualEmbedding(tokens.narrow(0, start, count).clone().MoveToOuterDisposeScope(), SeedScores: null));
            start += count;
        }
    }
}
