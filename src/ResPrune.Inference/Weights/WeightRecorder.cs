using ResPrune.Inference.Models;
using static TorchSharp.torch;

namespace ResPrune.Inference.Weights;

/// <summary>
/// Notes what a model takes while it is built, and hands out placeholders that need no memory: so the names and shapes of a family are written
/// down once, in its modules.
/// </summary>
internal sealed class WeightRecorder : IWeightSource
{
    private readonly Func<string, bool> _has;
    private readonly List<WeightShape> _taken = [];

    private WeightRecorder(Func<string, bool> has) => _has = has;

    /// <summary>What a checkpoint's model takes, in the order in which it does.</summary>
    /// <param name="checkpoint">The checkpoint; its weights need not be there.</param>
    /// <param name="has">Whether weights that may be absent are there, by canonical name.</param>
    public static IReadOnlyList<WeightShape> Record(IModelCheckpoint checkpoint, Func<string, bool> has)
    {
        using var noGrad = no_grad();
        var recorder = new WeightRecorder(has);
        using var model = checkpoint.Build(recorder);
        return recorder._taken;
    }

    /// <inheritdoc/>
    public bool Has(string name) => _has(name);

    /// <inheritdoc/>
    public Tensor Take(string name, params ReadOnlySpan<long> shape)
    {
        var weight = new WeightShape(name, shape.ToArray());
        _taken.Add(weight);
        using var one = zeros(1);
        return one.expand([.. weight.Shape]);
    }
}
