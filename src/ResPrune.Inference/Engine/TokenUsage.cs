namespace ResPrune.Inference.Engine;

/// <summary>Token counts of one answer.</summary>
/// <param name="PromptTokens">Tokens that were prefilled: text plus kept visual tokens.</param>
/// <param name="CompletionTokens">Tokens generated, the end-of-sequence token not counted.</param>
/// <param name="VisualTokensTotal">Visual tokens before pruning, newlines included.</param>
/// <param name="VisualTokensKept">Visual tokens that reached the language model, newlines included.</param>
/// <param name="NewlineTokens">Tokens among both that only end a row of a tiled picture; never pruned.</param>
public readonly record struct TokenUsage(int PromptTokens, int CompletionTokens, int VisualTokensTotal, int VisualTokensKept, int NewlineTokens = 0);
