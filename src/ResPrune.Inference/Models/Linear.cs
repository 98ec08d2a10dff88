using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>A dense layer whose weight comes from a checkpoint, so that nothing is initialised in vain.</summary>
internal sealed class Linear : IDisposable
{
    private readonly WeightMatrix _weight;
    private readonly Tensor? _bias;

    public Linear(IWeightSource weights, string name, long inputs, long outputs, bool bias)
    {
        _weight = new WeightMatrix(weights, name + ".weight", outputs, inputs);
        _bias = bias ? weights.Take(name + ".bias", outputs) : null;
    }

    public IEnumerable<Tensor> Parameters => _bias is null ? [_weight.Parameter] : [_weight.Parameter, _bias];

    /// <summary>[..., inputs] -> [..., outputs]</summary>
    public Tensor Forward(Tensor x) => _weight.Multiply(x, _bias);

    public void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }
}
