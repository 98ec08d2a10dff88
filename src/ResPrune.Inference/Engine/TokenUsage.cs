namespace ResPrune.Inference.Engine;

/// <summary>Token counts of one answer.</summary>
/// <param name="PromptTokens">Tokens that were prefilled: text plus kept visual tokens.</param>
/// <param name="CompletionTokens">Tokens generated, the end-of-sequence token not counted.</param>
/// <param name="VisualTokensTotal">Visual tokens the encoder produced.</param>
/// <param name="VisualTokensKept">Visual tokens that reached the language model.</param>
public readonly record struct TokenUsage(int PromptTokens, int CompletionTokens, int VisualTokensTotal, int VisualTokensKept);
