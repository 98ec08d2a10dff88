using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Models.Vision;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>LLaVA-1.5: CLIP tower, projector, Llama. HF <c>LlavaForConditionalGeneration</c>.</summary>
internal sealed class LlavaModel : IDisposable
{
    /// <param name="config">Shapes.</param>
    /// <param name="weights">Where weights come from.</param>
    public LlavaModel(LlavaConfig config, IWeightSource weights)
    {
        Config = config;
        Vision = new ClipVisionModel(config.Vision, config.VisionFeatureLayer, weights);
        Projector = new MultimodalProjector(config, weights);
        Language = new DecoderModel(config.Text, weights);
    }

    public LlavaConfig Config { get; }

    public ClipVisionModel Vision { get; }

    public MultimodalProjector Projector { get; }

    public DecoderModel Language { get; }

    /// <summary>Weights that training changes.</summary>
    public IEnumerable<Tensor> Parameters => [.. Vision.Parameters, .. Projector.Parameters, .. Language.Parameters];

    /// <summary>Loads a checkpoint folder strictly.</summary>
    /// <exception cref="ModelLoadException">A file is absent, damaged or does not fit the config.</exception>
    public static LlavaModel Load(string directory, LlavaConfig config, Device device, ScalarType dtype, out long parameters)
    {
        using var noGrad = no_grad();
        using var weights = CheckpointWeights.Open(directory, LlavaWeightNames.Canonical, device, new RunningDType(dtype));
        var model = new LlavaModel(config, weights);
        try
        {
            weights.EnsureAllUsed();
        }
        catch
        {
            model.Dispose();
            throw;
        }

        parameters = weights.ParameterCount;
        return model;
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
