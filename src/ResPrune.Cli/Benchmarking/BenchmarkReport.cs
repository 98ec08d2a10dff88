namespace ResPrune.Cli.Benchmarking;

/// <summary>What <c>resprune bench</c> measured; also what <c>--json</c> prints.</summary>
internal sealed record BenchmarkReport
{
    /// <summary>Name of the model or shape.</summary>
    public required string Model { get; init; }

    /// <summary>Number of weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>Where it ran.</summary>
    public required string Device { get; init; }

    /// <summary>What it computed in.</summary>
    public required string DType { get; init; }

    /// <summary>Processor cores of the machine.</summary>
    public required int Cores { get; init; }

    /// <summary>Pictures of one repetition.</summary>
    public required int Images { get; init; }

    /// <summary>Smaller pictures were enlarged to as many pixels; null: the model's own bound.</summary>
    public int? MinPixels { get; init; }

    /// <summary>Larger pictures were reduced to as many pixels; null: the model's own bound.</summary>
    public int? MaxPixels { get; init; }

    /// <summary>Tokens generated for each.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Repetitions; the numbers are their medians.</summary>
    public required int Repetitions { get; init; }

    /// <summary>Batch size by budget.</summary>
    public required IReadOnlyList<BenchmarkRow> Rows { get; init; }
}
