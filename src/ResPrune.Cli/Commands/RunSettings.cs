using ResPrune.Batch.Batches;
using ResPrune.Batch.Passes;
using ResPrune.Inference.Engine;

namespace ResPrune.Cli.Commands;

/// <summary>What <c>resprune run</c> was asked for.</summary>
internal sealed record RunSettings
{
    /// <summary>A folder of pictures, a picture, or a .jsonl file.</summary>
    public required string Input { get; init; }

    /// <summary>The questions about every picture.</summary>
    public required IReadOnlyList<string> Questions { get; init; }

    /// <summary>Which model runs where.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>How the answers are made. Input style, image root and shard size are filled in when the input is known.</summary>
    public required BatchSpec Spec { get; init; }

    /// <summary>Where the results go.</summary>
    public required string Output { get; init; }

    /// <summary>Only the first so many pictures or lines; null means all.</summary>
    public long? Limit { get; init; }

    /// <summary>Which rows with a result are asked again.</summary>
    public RetryPolicy Retry { get; init; }

    /// <summary>Full paths of folders that images may be read from beside the input's own.</summary>
    public IReadOnlyList<string> ImageRoots { get; init; } = [];

    /// <summary>Port of <c>/metrics</c>; null means none.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>One JSON object on standard output and nothing else.</summary>
    public bool Json { get; init; }

    /// <summary>One line at the end and nothing else.</summary>
    public bool Quiet { get; init; }
}
