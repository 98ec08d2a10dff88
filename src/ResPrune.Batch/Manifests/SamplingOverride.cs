namespace ResPrune.Batch.Manifests;

/// <summary>Sampling values a line gives for itself; null leaves the job's.</summary>
/// <param name="MaxTokens"><c>max_completion_tokens</c> or <c>max_tokens</c>.</param>
/// <param name="Temperature"><c>temperature</c>.</param>
/// <param name="TopP"><c>top_p</c>.</param>
/// <param name="TopK"><c>top_k</c> (vLLM's extension).</param>
/// <param name="Seed"><c>seed</c>.</param>
public sealed record SamplingOverride(int? MaxTokens, double? Temperature, double? TopP, int? TopK, long? Seed);
