using System.ComponentModel.DataAnnotations;

namespace ResPrune.Cluster.Batches;

/// <summary>Settings of the batch coordinators.</summary>
public sealed class BatchCoordinatorOptions
{
    /// <summary>
    /// How long a worker may be silent before its shard is given to another. Costs repeated work when too short, never a repeated answer.
    /// Default 60 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Attempts at a shard (expired or failed, not handed back) before its rows are answered with <c>engine_error</c>. Default 3.
    /// </summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>How often a coordinator looks for expired leases and registers itself with the fleet again. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Window over which rows per second are measured. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RateWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many of the first answers are kept to be shown while the batch runs. Default 16.</summary>
    [Range(0, 1000)]
    public int FirstAnswers { get; set; } = 16;
}
