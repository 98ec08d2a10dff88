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
    /// Failed attempts at a shard, by two workers or more, before its rows are answered with <c>engine_error</c>; twice as many where there is
    /// one worker only. Those handed back do not count, nor those whose worker fell silent, which <see cref="IsolateAfter"/> is about, nor
    /// those that the store failed. Default 3.
    /// </summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>
    /// Times that one worker may find the batch's image root refused or absent before the batch ends as failed; two workers that find so are enough.
    /// Default 3.
    /// </summary>
    [Range(1, 100)]
    public int OpenRefusals { get; set; } = 3;

    /// <summary>
    /// Times that workers may find the batch's image root unreachable before any image of it was read, before the batch ends as failed; workers wait
    /// longer and longer between their tries. Default 6.
    /// </summary>
    [Range(1, 1000)]
    public int OpenTries { get; set; } = 6;

    /// <summary>
    /// How long workers may fail to read or write the batch's shards, with none committed meanwhile and the coordinator itself reading the store, before
    /// the batch ends as failed. Default 15 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan UnreadableAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Workers that fell silent over a shard before its rows are taken one at a time, to find the one that kills them: a row that does so
    /// twice becomes an <c>engine_error</c>, the others are answered. Default 2.
    /// </summary>
    [Range(1, 100)]
    public int IsolateAfter { get; set; } = 2;

    /// <summary>
    /// Batches of one silo that are planned, read, finalised or written to the store at a time; others wait for their turn. Default 128.
    /// </summary>
    [Range(1, 100_000)]
    public int Abreast { get; set; } = 128;

    /// <summary>
    /// A shard that takes this many times as long as committed ones took on the mean is given to a second, idle worker as well. Default 2.
    /// </summary>
    [Range(1, 1000)]
    public double StragglerFactor { get; set; } = 2;

    /// <summary>No shard is given to a second worker before it has taken this long. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan StragglerMinimumAge { get; set; } = TimeSpan.FromSeconds(5);

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
