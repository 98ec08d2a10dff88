namespace ResPrune.Inference.Weights;

/// <summary>One tensor of a safetensors file: its type, shape and byte range from the start of the file.</summary>
internal sealed record SafetensorsEntry(string Name, SafetensorsDType DType, IReadOnlyList<long> Shape, long Offset, long Length);
