using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Models.Vision;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Llava;

/// <summary>LLaVA-1.5: CLIP tower, projector, Llama. HF <c>LlavaForConditionalGeneration</c>.</summary>
internal sealed class LlavaModel : IVisionLanguageModel
{
    /// <param name="config">Shapes.</param>
    /// <param name="weights">Where weights come from.</param>
    public LlavaModel(LlavaConfig config, IWeightSource weights)
    {
        Config = config;
        Vision = new ClipVisionModel(config.Vision, config.VisionFeatureLayer, weights);
        Projector = new MultimodalProjector(config.Vision.HiddenSize, config.Text.HiddenSize, config.ProjectorBias, weights);
        Language = new DecoderModel(config.Text, weights);
    }

    public LlavaConfig Config { get; }

    public ClipVisionModel Vision { get; }

    public MultimodalProjector Projector { get; }

    /// <inheritdoc/>
    public DecoderModel Language { get; }

    /// <summary>Weights that training changes.</summary>
    public IEnumerable<Tensor> Parameters => [.. Vision.Parameters, .. Projector.Parameters, .. Language.Parameters];

    /// <inheritdoc/>
    public IReadOnlyList<VisualEmbedding> Encode(IReadOnlyList<ImageInput> images)
    {
        using var scope = NewDisposeScope();
        using var pixels = PixelTensors.Stack(images, Language.Device, Language.DType); // [B, 3, H, W]
        var (tokens, attention) = Encode(pixels); // [B, T, C], [B, T]
        return [.. Enumerable.Range(0, images.Count).Select(i => new VisualEmbedding(
            tokens.select(0, i).MoveToOuterDisposeScope(), attention.select(0, i).MoveToOuterDisposeScope()))];
    }

    /// <summary>What takes the place of the image placeholder, before pruning. [B, 3, H, W] -> [B, T, C], and the patches' class attention [B, P].</summary>
    public (Tensor VisualTokens, Tensor ClassAttention) Encode(Tensor pixelValues)
    {
        using var scope = NewDisposeScope();
        var features = Vision.Forward(pixelValues);
        var patches = features.Hidden.narrow(1, 1, features.Hidden.size(1) - 1);
        return (Projector.Forward(patches).MoveToOuterDisposeScope(), features.ClassAttention.MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        Vision.Dispose();
        Projector.Dispose();
        Language.Dispose();
    }
}
