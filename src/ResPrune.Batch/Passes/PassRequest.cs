using ResPrune.Batch.Batches;
using ResPrune.Batch.Images;

namespace ResPrune.Batch.Passes;

/// <summary>What a pass is to do.</summary>
public sealed record PassRequest
{
    /// <summary>The input, looked at once.</summary>
    public required InputLook Input { get; init; }

    /// <summary>Where its images are.</summary>
    public required LocalImages Images { get; init; }

    /// <summary>What decides the answers, by name; the same in every pass of a folder.</summary>
    public required IReadOnlyDictionary<string, string> Facts { get; init; }

    /// <summary>How the answers are made.</summary>
    public required BatchSpec Spec { get; init; }

    /// <summary>Which rows with a result are asked again.</summary>
    public RetryPolicy Retry { get; init; }
}
