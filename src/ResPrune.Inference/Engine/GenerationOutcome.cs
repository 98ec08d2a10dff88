namespace ResPrune.Inference.Engine;

/// <summary>What became of a request: a <see cref="GenerationResult"/> or a <see cref="GenerationFailure"/>.</summary>
/// <param name="RequestId">The request's own id.</param>
/// <param name="ImageDigest">Lower-case hex SHA-256 of the image bytes that were looked at.</param>
public abstract record GenerationOutcome(string RequestId, string ImageDigest);
