namespace ResPrune.Inference.Pruning;

/// <summary>The projected visual tokens V [T, d] of one image, in the language model's input-embedding space.</summary>
/// <param name="Values">T·d values, row-major; a longer memory is allowed, the rest is ignored.</param>
/// <param name="Count">T, at least 1.</param>
/// <param name="Width">d, at least 1.</param>
internal readonly record struct VisualTokens(ReadOnlyMemory<float> Values, int Count, int Width);
