namespace ResPrune.Cluster.Batches;

/// <summary>Why an attempt ended without rows to publish, so that the coordinator knows whom to blame: the shard, the batch, or nobody.</summary>
[GenerateSerializer]
[Immutable]
[Alias("resprune.ShardFault")]
public sealed record ShardFault
{
    /// <summary>What kind of fault.</summary>
    [Id(0)]
    public required ShardFaultKind Kind { get; init; }

    /// <summary>What happened, in one sentence for a person.</summary>
    [Id(1)]
    public required string Message { get; init; }
}

/// <summary>Kinds of <see cref="ShardFault"/>.</summary>
[GenerateSerializer]
[Alias("resprune.ShardFaultKind")]
public enum ShardFaultKind
{
    /// <summary>The attempt failed with the shard in hand: the shard is tried again, a few times.</summary>
    AttemptFailed,

    /// <summary>The place that the batch's images are in is refused or does not exist; trying again helps only on a worker that is set up otherwise.</summary>
    ImagesRefused,

    /// <summary>The place that the batch's images are in does not answer; it may later.</summary>
    ImagesUnreachable,

    /// <summary>The blob store did not give or take what the attempt needed; it may later.</summary>
    StoreTrouble,
}
