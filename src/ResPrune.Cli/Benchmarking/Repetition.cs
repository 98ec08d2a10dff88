using ResPrune.Inference.Engine;

namespace ResPrune.Cli.Benchmarking;

/// <summary>One pass over all pictures.</summary>
/// <param name="Seconds">Wall-clock time.</param>
/// <param name="Results">One result a picture.</param>
internal sealed record Repetition(double Seconds, IReadOnlyList<GenerationResult> Results)
{
    /// <summary>Pictures per second.</summary>
    public double ImagesPerSecond => Results.Count / Seconds;

    /// <summary>Mean of a stage over the pictures, in milliseconds.</summary>
    public double Milliseconds(Func<RequestWork, double> stage) => 1000 * Results.Average(result => stage(result.Work));
}
