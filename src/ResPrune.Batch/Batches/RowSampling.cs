namespace ResPrune.Batch.Batches;

/// <summary>Sampling of one row: the job's settings with the line's own values over them.</summary>
/// <param name="MaxTokens">Most tokens to generate.</param>
/// <param name="Temperature">0 is greedy; null leaves it to the model.</param>
/// <param name="TopP">Nucleus, in (0, 1]; null leaves it to the model.</param>
/// <param name="TopK">0 is all; null leaves it to the model.</param>
/// <param name="Seed">Seed of the row's random stream.</param>
public readonly record struct RowSampling(int MaxTokens, double? Temperature, double? TopP, int? TopK, long Seed);
