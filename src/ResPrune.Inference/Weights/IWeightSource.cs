using static TorchSharp.torch;

namespace ResPrune.Inference.Weights;

/// <summary>Where a model's weights come from: a checkpoint when serving, fresh initial values when training.</summary>
internal interface IWeightSource
{
    /// <summary>Where matrices are widened that are held narrower than is computed in; null where none are.</summary>
    WideningBuffer? Widening => null;

    /// <summary>Whether there is a weight of this canonical name that was not taken yet.</summary>
    bool Has(string name);

    /// <summary>Takes a weight in the type that is computed in, on the running device; the caller owns it and does not write to it.</summary>
    Tensor Take(string name, params ReadOnlySpan<long> shape);

    /// <summary>
    /// Takes a matrix that is only used through <see cref="Models.WeightMatrix"/>: it may be held in a narrower type than is computed in.
    /// </summary>
    Tensor TakeMatrix(string name, long rows, long columns) => Take(name, rows, columns);
}
