using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>Layer normalisation over the last dimension, computed in float32 and rounded once, to the type that is computed in.</summary>
internal sealed class LayerNorm : IDisposable
{
    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly ScalarType _dtype;
    private readonly long[] _shape;
    private readonly double _epsilon;

    public LayerNorm(IWeightSource weights, string name, long width, double epsilon)
    {
        (_weight, _dtype) = Widen(weights.Take(name + ".weight", width));
        (_bias, _) = Widen(weights.Take(name + ".bias", width));
        _shape = [width];
        _epsilon = epsilon;
    }

    public Device Device => _weight.device;

    public IEnumerable<Tensor> Parameters => [_weight, _bias];

    /// <summary>[..., C] -> [..., C]</summary>
    public Tensor Forward(Tensor x)
    {
        using var wide = x.to_type(ScalarType.Float32);
        using var normed = nn.functional.layer_norm(wide, _shape, _weight, _bias, _epsilon);
        return normed.to_type(_dtype);
    }

    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }

    private static (Tensor Wide, ScalarType DType) Widen(Tensor weight)
    {
        var dtype = weight.dtype;
        if (dtype == ScalarType.Float32) return (weight, dtype);
        using (weight) return (weight.to_type(ScalarType.Float32).DetachFromDisposeScope(), dtype);
    }
}
