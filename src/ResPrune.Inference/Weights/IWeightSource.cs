using static TorchSharp.torch;

namespace ResPrune.Inference.Weights;

/// <summary>Where a model's weights come from: a checkpoint when serving, fresh initial values when training.</summary>
internal interface IWeightSource
{
    /// <summary>Whether there is a weight of this canonical name that was not taken yet.</summary>
    bool Has(string name);

    /// <summary>Takes a weight in the running dtype on the running device; the caller owns it.</summary>
    Tensor Take(string name, params ReadOnlySpan<long> shape);
}
