using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.TinyModel.Training;

/// <summary>Differentiable views of all weights for one step.</summary>
internal sealed class StepWeights(IReadOnlyList<TrainingWeight> entries, Tensor[] pieces, ScalarType compute) : IWeightSource
{
    public bool Has(string name) => false;

    /// <summary>The word table stays float32: its gradient sums over many equal tokens, which bfloat16 would lose.</summary>
    public Tensor Take(string name, params ReadOnlySpan<long> shape)
    {
        var wide = View(name);
        if (name.EndsWith("embed_tokens.weight", StringComparison.Ordinal) || compute == ScalarType.Float32)
            return wide;
        return wide.to_type(compute);
    }

    /// <summary>A weight in float32.</summary>
    public Tensor View(string name)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Name == name)
                return pieces[i].view(entries[i].Shape);
        }

        throw new KeyNotFoundException($"No weight is called {name}.");
    }
}
