namespace ResPrune.Inference.Weights;

/// <summary>A weight that a model takes.</summary>
/// <param name="Name">Canonical name.</param>
/// <param name="Shape">Its shape.</param>
internal sealed record WeightShape(string Name, IReadOnlyList<long> Shape)
{
    /// <summary>Number of its elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}
