using ResPrune.Cli.RandomModels;
using ResPrune.Inference.Engine;

namespace ResPrune.Cli.Benchmarking;

/// <summary>What <c>resprune bench</c> was asked for.</summary>
internal sealed record BenchmarkSettings
{
    /// <summary>Which model runs where; the batch size is set by each measurement.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>Random weights of real shapes instead of a model folder; null for the folder.</summary>
    public RandomModel? Random { get; init; }

    /// <summary>Bounds on a picture's pixels, for models of dynamic resolution.</summary>
    public ImageSizeLimits PictureSize { get; init; }

    /// <summary>Token budgets as they were typed.</summary>
    public required IReadOnlyList<string> Keep { get; init; }

    /// <summary>Batch sizes.</summary>
    public required IReadOnlyList<int> BatchSizes { get; init; }

    /// <summary>Pictures of one repetition.</summary>
    public required int Images { get; init; }

    /// <summary>Tokens generated for each, neither fewer nor more.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Print the report as JSON instead of a table.</summary>
    public bool Json { get; init; }
}
