namespace ResPrune.Batch.Batches;

/// <summary>Tokens of a batch's answers.</summary>
/// <param name="InputTokens">Prompt tokens that were prefilled, kept visual tokens included.</param>
/// <param name="OutputTokens">Tokens generated.</param>
/// <param name="TotalTokens">Both.</param>
public sealed record BatchUsage(long InputTokens, long OutputTokens, long TotalTokens);
