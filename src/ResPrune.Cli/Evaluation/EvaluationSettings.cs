using ResPrune.Inference.Engine;

namespace ResPrune.Cli.Evaluation;

/// <summary>What <c>resprune eval</c> was asked for.</summary>
internal sealed record EvaluationSettings
{
    /// <summary>Which model runs where.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>Folder of the emoji drawings; null means the place where <c>fetch-icons.sh</c> puts them.</summary>
    public string? Icons { get; init; }

    /// <summary>How many questions.</summary>
    public required int Questions { get; init; }

    /// <summary>Scenes left out at the start of the evaluation range, so that another run asks other questions.</summary>
    public required long SeedOffset { get; init; }

    /// <summary>Bounds on a picture's pixels, for models of dynamic resolution.</summary>
    public ImageSizeLimits PictureSize { get; init; }

    /// <summary>Token budgets as they were typed.</summary>
    public required IReadOnlyList<string> Keep { get; init; }

    /// <summary>Pruners.</summary>
    public required IReadOnlyList<string> Pruners { get; init; }

    /// <summary>Print the report as JSON instead of tables.</summary>
    public bool Json { get; init; }
}
