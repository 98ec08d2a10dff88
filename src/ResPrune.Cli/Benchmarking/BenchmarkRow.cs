namespace ResPrune.Cli.Benchmarking;

/// <summary>One budget at one batch size. Milliseconds are device time per picture, except preprocessing, which runs beside it.</summary>
internal sealed record BenchmarkRow
{
    /// <summary>Most requests of a micro-batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Token budget as it was typed.</summary>
    public required string Keep { get; init; }

    /// <summary>Visual tokens before pruning, mean over the pictures.</summary>
    public required double TokensTotal { get; init; }

    /// <summary>Visual tokens kept, mean over the pictures.</summary>
    public required double TokensKept { get; init; }

    /// <summary>Pictures per second, from the first byte to the last token.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Images per second over those of keep all at the same batch size; null when that was not measured.</summary>
    public double? SpeedUp { get; init; }

    /// <summary>Decode, resize and tokenise.</summary>
    public required double PreprocessMilliseconds { get; init; }

    /// <summary>Vision encoder and projector.</summary>
    public required double EncodeMilliseconds { get; init; }

    /// <summary>The selector.</summary>
    public required double PruneMilliseconds { get; init; }

    /// <summary>Splice and prefill.</summary>
    public required double PrefillMilliseconds { get; init; }

    /// <summary>All decode steps.</summary>
    public required double DecodeMilliseconds { get; init; }
}
