using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>A dense layer whose weight comes from a checkpoint, so that nothing is initialised in vain.</summary>
internal sealed class Linear : IDisposable
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;

    public Linear(IWeightSource weights, string name, long inputs, long outputs, bool bias)
    {
        _weight = weights.Take(name + ".weight", outputs, inputs);
        _bias = bias ? weights.Take(name + ".bias", outputs) : null;
    }

    public IEnumerable<Tensor> Parameters => _bias is null ? [_weight] : [_weight, _bias];

    /// <summary>[..., inputs] -> [..., outputs]</summary>
    public Tensor Forward(Tensor x) => nn.functional.linear(x, _weight, _bias);

    public void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }
}
