using ResPrune.Inference.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models;

/// <summary>Seeded random weights of whatever shape is asked for.</summary>
internal sealed class RandomWeights(int seed, ScalarType dtype) : IWeightSource
{
    private readonly Random _random = new(seed);

    public WideningBuffer? Widening { get; init; }

    public bool Has(string name) => false;

    public Tensor Take(string name, params ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (var dimension in shape) count *= dimension;
        var values = new float[count];
        var scale = shape.Length > 1 ? 1 / MathF.Sqrt(shape[^1]) : 0.1f;
        var centre = name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1f : 0f;
        for (var i = 0; i < values.Length; i++) values[i] = centre + (scale * (float)((_random.NextDouble() * 2) - 1));
        using var tensor = torch.tensor(values, shape.ToArray());
        return tensor.to_type(dtype);
    }
}
