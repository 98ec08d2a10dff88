using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>The gated MLP of Llama and of Qwen2.5-VL's vision layers. HF <c>LlamaMLP</c>. Shapes: N tokens, C hidden, M inner.</summary>
internal sealed class SwiGluMlp : IDisposable
{
    private readonly Linear _gate;
    private readonly Linear _up;
    private readonly Linear _down;

    /// <param name="weights">The checkpoint.</param>
    /// <param name="prefix">Names start with it, as in <c>layers.0.mlp.</c>.</param>
    /// <param name="hidden">C.</param>
    /// <param name="inner">M.</param>
    /// <param name="bias">Whether all three layers have biases.</param>
    public SwiGluMlp(IWeightSource weights, string prefix, long hidden, long inner, bool bias)
    {
        _gate = new Linear(weights, prefix + "gate_proj", hidden, inner, bias);
        _up = new Linear(weights, prefix + "up_proj", hidden, inner, bias);
        _down = new Linear(weights, prefix + "down_proj", inner, hidden, bias);
    }

    public IEnumerable<Tensor> Parameters => [.. _gate.Parameters, .. _up.Parameters, .. _down.Parameters];

    /// <summary>[N, C] -> [N, C]</summary>
    public Tensor Forward(Tensor x)
    {
        using var inner = Inner(x);
        return _down.Forward(inner);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gate.Dispose();
        _up.Dispose();
        _down.Dispose();
    }

    // In place, and with a scope for each: [N, M] is the widest tensor there is.
    private Tensor Inner(Tensor x)
    {
        using var gate = Gate(x);
        return _up.Forward(x).mul_(gate);
    }

    // Float32 in every running type, so that the product with the other half is rounded once.
    private Tensor Gate(Tensor x)
    {
        using var gate = _gate.Forward(x);
        return gate.to_type(ScalarType.Float32).silu_();
    }
}
