namespace ResPrune.Inference.Engine;

/// <summary>An answer.</summary>
/// <param name="RequestId">The request's own id.</param>
/// <param name="ImageDigest">Lower-case hex SHA-256 of the image bytes that were looked at.</param>
/// <param name="Text">The decoded answer without special tokens, trimmed.</param>
/// <param name="FinishReason">Why generation ended.</param>
/// <param name="Usage">Token counts.</param>
/// <param name="Work">What the answer cost and what pruning saved.</param>
public sealed record GenerationResult(
    string RequestId,
    string ImageDigest,
    string Text,
    FinishReason FinishReason,
    TokenUsage Usage,
    RequestWork Work) : GenerationOutcome(RequestId, ImageDigest);
