using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.TinyModel.Training;

/// <summary>Notes which weights a model takes and gives each its initial values.</summary>
internal sealed class WeightCollector : IWeightSource
{
    public List<TrainingWeight> Entries { get; } = [];

    public List<float> Values { get; } = [];

    /// <summary>Nothing is optional here: a tied output table is not a weight of its own.</summary>
    public bool Has(string name) => false;

    public Tensor Take(string name, params ReadOnlySpan<long> shape)
    {
        long length = 1;
        foreach (var size in shape)
            length *= size;
        var values = new float[length];
        InitialValues.Fill(name, shape, values, Find);
        Entries.Add(new TrainingWeight(name, shape.ToArray(), Values.Count, values.Length));
        Values.AddRange(values);
        return tensor(values).view(shape.ToArray());
    }

    private float[] Find(string name)
    {
        var entry = Entries.Single(e => e.Name == name);
        return [.. Values.Skip(entry.Offset).Take(entry.Length)];
    }
}
