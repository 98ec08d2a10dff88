using System.Runtime.InteropServices;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.TinyModel.Training;

/// <summary>
/// All weights as one float32 vector, so that the optimizer is one loop and a checkpoint one block. Each step a model is built over views of
/// it in the compute type: gradients flow back into the vector through the views.
/// </summary>
internal sealed class TrainingWeights : IDisposable
{
    private readonly List<TrainingWeight> _entries;
    private readonly Tensor _vector;

    private TrainingWeights(List<TrainingWeight> entries, float[] values)
    {
        _entries = entries;
        _vector = tensor(values).DetachFromDisposeScope().requires_grad_();
    }

    /// <summary>Every weight with where it lies.</summary>
    public IReadOnlyList<TrainingWeight> Entries => _entries;

    public int Count => (int)_vector.numel();

    /// <summary>The values, shared with the tensor.</summary>
    public Span<float> Values => MemoryMarshal.Cast<byte, float>(_vector.bytes);

    /// <summary>Collects the weights that building a model takes, at their initial values.</summary>
    /// <param name="build">Builds the model from the source and disposes it.</param>
    public static TrainingWeights Create(Action<IWeightSource> build)
    {
        var collector = new WeightCollector();
        build(collector);
        return new TrainingWeights(collector.Entries, [.. collector.Values]);
    }

    /// <summary>A source of differentiable views for one step; everything it hands out belongs to the current dispose scope.</summary>
    public StepWeights BeginStep(ScalarType compute) =>
        new(_entries, _vector.split([.. _entries.Select(e => (long)e.Length)]), compute);

    /// <summary>The gradient of the last backward pass; valid until <see cref="ClearGradient"/>.</summary>
    /// <exception cref="InvalidOperationException">There was no backward pass.</exception>
    public Span<float> Gradient()
    {
        // Only the handle is disposed here: the vector keeps its gradient's memory alive.
        using var gradient = _vector.grad ?? throw new InvalidOperationException("No backward pass has run.");
        return MemoryMarshal.Cast<byte, float>(gradient.bytes);
    }

    public void ClearGradient() => _vector.grad = null;

    public void Dispose() => _vector.Dispose();
}
