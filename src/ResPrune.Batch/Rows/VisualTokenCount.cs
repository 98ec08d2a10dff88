namespace ResPrune.Batch.Rows;

/// <summary>Visual tokens of one answer.</summary>
/// <param name="Total">What the encoder produced.</param>
/// <param name="Kept">What reached the language model.</param>
public readonly record struct VisualTokenCount(long Total, long Kept);
