using static TorchSharp.torch;

namespace ResPrune.Inference.Weights;

/// <summary>What a model runs in.</summary>
/// <param name="Compute">Type of activations, and of what products are done in.</param>
/// <param name="Weights">
/// Type that weight matrices are held in. A half-precision type under a float32 <paramref name="Compute"/> means that they stay as stored and
/// are widened a block at a time when they are used.
/// </param>
internal readonly record struct RunningDType(ScalarType Compute, ScalarType Weights)
{
    /// <summary>Weights held in the type that is computed in.</summary>
    public RunningDType(ScalarType both)
        : this(both, both)
    {
    }

    /// <summary>Everything in float32.</summary>
    public static RunningDType Float32 { get; } = new(ScalarType.Float32);

    /// <summary>Whether weight matrices are held narrower than products are done in.</summary>
    public bool Widens => Compute != Weights;

    /// <summary>As users see it: <c>float32</c>, or <c>float32 (weights bfloat16)</c>.</summary>
    public override string ToString() => Widens ? $"{Name(Compute)} (weights {Name(Weights)})" : Name(Compute);

    /// <summary>The name of a type used on the command line and in manifests.</summary>
    public static string Name(ScalarType type) => type switch
    {
        ScalarType.Float32 => "float32",
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Float16 => "float16",
        ScalarType.Float64 => "float64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}
