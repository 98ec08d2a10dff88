using static TorchSharp.torch;

namespace ResPrune.Inference.Weights;

/// <summary>One tensor of a safetensors file: its type, shape and byte range from the start of the file.</summary>
internal sealed record SafetensorsEntry(string Name, SafetensorsDType DType, IReadOnlyList<long> Shape, long Offset, long Length)
{
    /// <summary>Its type in torch.</summary>
    public ScalarType ScalarType => DType switch
    {
        SafetensorsDType.F16 => ScalarType.Float16,
        SafetensorsDType.BF16 => ScalarType.BFloat16,
        SafetensorsDType.F32 => ScalarType.Float32,
        SafetensorsDType.F64 => ScalarType.Float64,
        SafetensorsDType.I32 => ScalarType.Int32,
        SafetensorsDType.I64 => ScalarType.Int64,
        _ => throw new InvalidOperationException($"{DType} has no equal in torch."),
    };

    /// <summary>Bytes of an element.</summary>
    public int ElementSize => DType switch
    {
        SafetensorsDType.F16 or SafetensorsDType.BF16 => 2,
        SafetensorsDType.F32 or SafetensorsDType.I32 => 4,
        _ => 8,
    };

    /// <summary>Number of elements.</summary>
    public long Count => Length / ElementSize;

    /// <summary>Whether it can be a weight.</summary>
    public bool IsFloatingPoint => DType is not (SafetensorsDType.I32 or SafetensorsDType.I64);

    /// <summary>Whether torch may use the bytes where they lie in the file, which is mapped at the start of a page.</summary>
    public bool IsAligned => Offset % ElementSize == 0;
}
