namespace ResPrune.Inference.Pruning;

/// <summary>Multi-row positions of a picture's tokens (M-RoPE); a kept token keeps its own, whatever was pruned around it.</summary>
/// <param name="Offsets">Position of each token relative to the picture's first position, a row each: time, height, width. [3][T]</param>
/// <param name="Span">Positions that the text behind the picture skips.</param>
internal sealed record VisualPositions(IReadOnlyList<int[]> Offsets, int Span);
