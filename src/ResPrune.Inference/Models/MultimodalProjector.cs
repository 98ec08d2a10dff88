using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>(12) Takes patch features into the language model's embedding space. HF <c>LlavaMultiModalProjector</c>.</summary>
internal sealed class MultimodalProjector : IDisposable
{
    private readonly Linear _linear1;
    private readonly Linear _linear2;

    /// <param name="visionWidth">Cv.</param>
    /// <param name="textWidth">C.</param>
    /// <param name="bias">Whether both layers have biases.</param>
    /// <param name="weights">The checkpoint; names under <c>multi_modal_projector.</c> are taken.</param>
    public MultimodalProjector(long visionWidth, long textWidth, bool bias, IWeightSource weights)
    {
        _linear1 = new Linear(weights, "multi_modal_projector.linear_1", visionWidth, textWidth, bias);
        _linear2 = new Linear(weights, "multi_modal_projector.linear_2", textWidth, textWidth, bias);
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
