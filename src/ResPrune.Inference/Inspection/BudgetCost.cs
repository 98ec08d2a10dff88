namespace ResPrune.Inference.Inspection;

/// <summary>What a token budget leaves of a picture.</summary>
/// <param name="Keep">The budget as it was typed.</param>
/// <param name="Kept">Visual tokens that reach the language model, newlines included.</param>
/// <param name="PrefillFlops">FLOPs of prefilling them with the text of a short question (multiply-add = 2).</param>
/// <param name="KvBytes">Bytes of the key-value cache of that prompt on the device.</param>
public sealed record BudgetCost(string Keep, int Kept, double PrefillFlops, long KvBytes);
