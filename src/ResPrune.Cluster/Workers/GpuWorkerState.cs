namespace ResPrune.Cluster.Workers;

/// <summary>What a GPU worker is doing.</summary>
[GenerateSerializer]
[Alias("resprune.GpuWorkerState")]
public enum GpuWorkerState
{
    /// <summary>It pulls no work.</summary>
    Stopped,

    /// <summary>Its model is being loaded.</summary>
    Loading,

    /// <summary>It waits for work.</summary>
    Idle,

    /// <summary>It holds at least one shard.</summary>
    Working,

    /// <summary>It is stopping and finishes or hands back its shards.</summary>
    Draining,

    /// <summary>Its model could not be loaded.</summary>
    Failed,

    /// <summary>It failed on several shards in a row and takes no work for a while.</summary>
    Benched,
}
