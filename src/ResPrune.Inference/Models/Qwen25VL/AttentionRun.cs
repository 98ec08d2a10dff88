namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>Groups of equal length that lie side by side; tokens see their own group only.</summary>
/// <param name="Groups">How many.</param>
/// <param name="Length">Tokens of each.</param>
internal readonly record struct AttentionRun(int Groups, int Length);
