using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>(12) Takes patch features into the language model's embedding space. HF <c>LlavaMultiModalProjector</c>.</summary>
internal sealed class MultimodalProjector : IDisposable
{
    private readonly Linear _linear1;
    private readonly Linear _linear2;

    public MultimodalProjector(LlavaConfig config, IWeightSource weights)
    {
        _linear1 = new Linear(weights, "multi_modal_projector.linear_1", config.Vision.HiddenSize, config.Text.HiddenSize, config.ProjectorBias);
        _linear2 = new Linear(weights, "multi_modal_projector.linear_2", config.Text.HiddenSize, config.Text.HiddenSize, config.ProjectorBias);
    }

    public IEnumerable<Tensor> Parameters => [.. _linear1.Parameters, .. _linear2.Parameters];

    /// <summary>[B, P, Cv] -> [B, P, C]</summary>
    public Tensor Forward(Tensor features)
    {
        using var hidden = _linear1.Forward(features);
        using var activated = nn.functional.gelu(hidden);
        return _linear2.Forward(activated);
    }

    public void Dispose()
    {
        _linear1.Dispose();
        _linear2.Dispose();
    }
}
