using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Batches;

/// <summary>
/// A row that failed in an engine whose device was found to work right after it. It is not published on the word of one worker: the shard is tried
/// again, and only a row that fails once more becomes an error.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("resprune.SuspectRow")]
public sealed record SuspectRow
{
    /// <summary>Its line of the input.</summary>
    [Id(0)]
    public required long Line { get; init; }

    /// <summary>How it failed: <see cref="RowErrorCode.EngineError"/> or <see cref="RowErrorCode.Timeout"/>.</summary>
    [Id(1)]
    public required RowErrorCode Code { get; init; }

    /// <summary>What the engine said, cut to a few hundred characters.</summary>
    [Id(2)]
    public required string Message { get; init; }
}
