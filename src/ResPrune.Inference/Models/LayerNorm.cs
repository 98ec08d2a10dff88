using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>Layer normalisation over the last dimension.</summary>
internal sealed class LayerNorm : IDisposable
{
    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly long[] _shape;
    private readonly double _epsilon;

    public LayerNorm(IWeightSource weights, string name, long width, double epsilon)
    {
        _weight = weights.Take(name + ".weight", width);
        _bias = weights.Take(name + ".bias", width);
        _shape = [width];
        _epsilon = epsilon;
    }

    public Device Device => _weight.device;

    public IEnumerable<Tensor> Parameters => [_weight, _bias];

    /// <summary>[..., C] -> [..., C]</summary>
    public Tensor Forward(Tensor x) => nn.functional.layer_norm(x, _shape, _weight, _bias, _epsilon);

    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }
}
