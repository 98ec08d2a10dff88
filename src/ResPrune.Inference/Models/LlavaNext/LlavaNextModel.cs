using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Models.Vision;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.LlavaNext;

/// <summary>
/// LLaVA-NeXT: CLIP tower and projector over tiles, packed into one row of tokens, Mistral or Llama. HF <c>LlavaNextForConditionalGeneration</c>.
/// Shapes: G tiles, P patches of a tile, T tokens, Cv and C widths of tower and language model.
/// </summary>
internal sealed class LlavaNextModel : IVisionLanguageModel
{
    private readonly Tensor _newline;

    /// <param name="config">Shapes.</param>
    /// <param name="weights">Where weights come from.</param>
    public LlavaNextModel(LlavaNextConfig config, IWeightSource weights)
    {
        var llava = config.Llava;
        Vision = new ClipVisionModel(llava.Vision, llava.VisionFeatureLayer, weights);
        Projector = new MultimodalProjector(llava.Vision.HiddenSize, llava.Text.HiddenSize, llava.ProjectorBias, weights);
        _newline = weights.Take("image_newline", llava.Text.HiddenSize);
        Language = new DecoderModel(llava.Text, weights);
    }

    /// <summary>Encodes tiles.</summary>
    public ClipVisionModel Vision { get; }

    /// <summary>Takes patches into the language model's embedding space.</summary>
    public MultimodalProjector Projector { get; }

    /// <inheritdoc/>
    public DecoderModel Language { get; }

    /// <inheritdoc/>
    /// <remarks>One picture at a time: its tiles fill a device, and what becomes of it cannot depend on its batch-mates.</remarks>
    public IReadOnlyList<VisualEmbedding> Encode(IReadOnlyList<ImageInput> images) => [.. images.Select(image => Encode((LlavaNextImage)image))];

    /// <summary>The tiles' features and their class attention. [G, 3, side, side] -> [G, P, C], [G, P]</summary>
    public (Tensor Features, Tensor ClassAttention) EncodeTiles(Tensor pixelValues)
    {
        using var scope = NewDisposeScope();
        var features = Vision.Forward(pixelValues);
        var patches = features.Hidden.narrow(1, 1, features.Hidden.size(1) - 1); // [G, P, Cv]
        return (Projector.Forward(patches).MoveToOuterDisposeScope(), features.ClassAttention.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Vision.Dispose();
        Projector.Dispose();
        _newline.Dispose();
        Language.Dispose();
    }

    private VisualEmbedding Encode(LlavaNextImage image)
    {
        using var scope = NewDisposeScope();
        var pixels = PixelTensors.From(image.Pixels).to(Language.DType, Language.Device); // [G, 3, side, side]
        var (features, attention) = EncodeTiles(pixels);
        var rows = cat([features.flatten(0, 1), _newline.unsqueeze(0)], 0); // [G·P+1, C]
        var scores = cat([attention.flatten(), zeros(1, dtype: ScalarType.Float32, device: Language.Device)], 0); // [G·P+1]
        var sources = tensor(image.Sources, dtype: ScalarType.Int64, device: Language.Device); // [T]
        return new VisualEmbedding(
            rows.index_select(0, sources).MoveToOuterDisposeScope(),
            scores.index_select(0, sources).MoveToOuterDisposeScope());
    }
}
