namespace ResPrune.Inference.Weights;

/// <summary>Element types of a safetensors file that can be loaded; others are refused by name.</summary>
internal enum SafetensorsDType
{
    F16,
    BF16,
    F32,
    F64,
    I32,
    I64,
}
