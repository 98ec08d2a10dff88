using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Language;

/// <summary>Root-mean-square normalisation, computed in float32 and rounded once, to the weight's type. HF <c>LlamaRMSNorm</c>.</summary>
internal sealed class RmsNorm : IDisposable
{
    private readonly Tensor _weight;
    private readonly Tensor _epsilon;

    public RmsNorm(IWeightSource weights, string name, long width, double epsilon)
    {
        _weight = weights.Take(name + ".weight", width);
        _epsilon = tensor((float)epsilon, device: _weight.device);
    }

    /// <summary>Type of the weight, which is the one that is computed in.</summary>
    public ScalarType DType => _weight.dtype;

    public IEnumerable<Tensor> Parameters => [_weight];

    /// <summary>[..., C] -> [..., C]</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var wide = x.to_type(ScalarType.Float32);
        var scale = (wide * wide).mean([-1], keepdim: true).Plus(_epsilon).rsqrt();
        return (_weight * (wide * scale)).to_type(_weight.dtype).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _weight.Dispose();
        _epsilon.Dispose();
    }
}
