namespace ResPrune.Inference.Tokenization;

/// <summary>One step of a normalizer.</summary>
/// <param name="Pattern">The literal to replace everywhere; null puts <paramref name="Content"/> before a text that is not empty.</param>
/// <param name="Content">What to put there.</param>
internal sealed record NormalizerStep(string? Pattern, string Content);
