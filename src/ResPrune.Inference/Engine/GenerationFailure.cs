namespace ResPrune.Inference.Engine;

/// <summary>A request that could not be answered because of what it holds.</summary>
/// <param name="RequestId">The request's own id.</param>
/// <param name="ImageDigest">Lower-case hex SHA-256 of the image bytes that were looked at.</param>
/// <param name="Reason">The closed reason.</param>
/// <param name="Message">One sentence for a person: what is wrong with which value.</param>
public sealed record GenerationFailure(
    string RequestId,
    string ImageDigest,
    FailureReason Reason,
    string Message) : GenerationOutcome(RequestId, ImageDigest);
