using static TorchSharp.torch;

namespace ResPrune.Inference.Weights;

/// <summary>How many weights a checkpoint stores in each type.</summary>
/// <param name="Float16">Weights in float16.</param>
/// <param name="BFloat16">Weights in bfloat16.</param>
/// <param name="Float32">Weights in float32.</param>
/// <param name="Float64">Weights in float64.</param>
internal readonly record struct WeightSizes(long Float16, long BFloat16, long Float32, long Float64)
{
    /// <summary>All weights.</summary>
    public long Count => Float16 + BFloat16 + Float32 + Float64;

    /// <summary>Bytes on disk.</summary>
    public long StoredBytes => (2 * (Float16 + BFloat16)) + (4 * Float32) + (8 * Float64);

    /// <summary>The half-precision type that most weights which are stored in one have; bfloat16 where none is.</summary>
    public ScalarType StoredHalf => Float16 > BFloat16 ? ScalarType.Float16 : ScalarType.BFloat16;

    /// <summary>Counts the tensors that can be weights.</summary>
    public static WeightSizes Of(IEnumerable<SafetensorsEntry> entries)
    {
        var counts = entries.ToLookup(entry => entry.DType, entry => entry.Count);
        long Sum(SafetensorsDType type) => counts[type].Sum();
        return new WeightSizes(Sum(SafetensorsDType.F16), Sum(SafetensorsDType.BF16), Sum(SafetensorsDType.F32), Sum(SafetensorsDType.F64));
    }

    /// <summary>Bytes that all weights take when they are held so.</summary>
    public long Bytes(RunningDType dtype) => Count * (dtype.Weights == ScalarType.Float32 ? 4 : 2);

    /// <summary>Bytes of them that need memory of their own on a CPU: those that are not used where they lie in the file.</summary>
    public long OwnBytes(RunningDType dtype)
    {
        var size = dtype.Weights == ScalarType.Float32 ? 4 : 2;
        var mapped = dtype switch
        {
            { Widens: true } => Float16 + BFloat16,
            { Weights: ScalarType.Float32 } => Float32,
            { Weights: ScalarType.BFloat16 } => BFloat16,
            _ => Float16,
        };
        return (Count - mapped) * size;
    }
}
