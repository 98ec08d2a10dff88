using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Batches;

/// <summary>A batch as it is now: what is durable, what is under way, how fast it goes.</summary>
[GenerateSerializer]
[Immutable]
[Alias("resprune.BatchSnapshot")]
public sealed record BatchSnapshot
{
    /// <summary>The batch.</summary>
    [Id(0)]
    public required BatchId Batch { get; init; }

    /// <summary>Where the batch is in its life.</summary>
    [Id(1)]
    public required BatchStatus Status { get; init; }

    /// <summary>Rows of the input; 0 until it is planned.</summary>
    [Id(2)]
    public long Rows { get; init; }

    /// <summary>Sums over the committed rows; these survive anything.</summary>
    [Id(3)]
    public RowTotals Committed { get; init; } = RowTotals.Zero;

    /// <summary>Sums over the rows that have an outcome in a running attempt; they are computed again if that attempt is lost.</summary>
    [Id(4)]
    public RowTotals Running { get; init; } = RowTotals.Zero;

    /// <summary>Committed rows that this coordinator found when it took the batch up: the work of earlier runs.</summary>
    [Id(5)]
    public long RowsFoundCommitted { get; init; }

    /// <summary>Shards of the plan.</summary>
    [Id(6)]
    public int Shards { get; init; }

    /// <summary>Shards with a commit record.</summary>
    [Id(7)]
    public int ShardsCommitted { get; init; }

    /// <summary>Shards a worker holds.</summary>
    [Id(8)]
    public int ShardsLeased { get; init; }

    /// <summary>Rows with an outcome per second, over the last seconds (<see cref="BatchCoordinatorOptions.RateWindow"/>).</summary>
    [Id(9)]
    public double RowsPerSecond { get; init; }

    /// <summary>Time since this coordinator took the batch up.</summary>
    [Id(10)]
    public TimeSpan Elapsed { get; init; }

    /// <summary>Share of their time, in [0, 1], that the devices on this batch spent working; null before the first report.</summary>
    [Id(11)]
    public double? DeviceBusyShare { get; init; }

    /// <summary>The first answers, in the order they came; at most <see cref="BatchCoordinatorOptions.FirstAnswers"/>.</summary>
    [Id(12)]
    public IReadOnlyList<FirstAnswer> FirstAnswers { get; init; } = [];

    /// <summary>Why the batch as a whole failed, or why it cannot go on at the moment; null when nothing is wrong.</summary>
    [Id(13)]
    public string? Problem { get; init; }

    /// <summary>Workers that hold shards of the batch at this moment.</summary>
    [Id(14)]
    public int Workers { get; init; }

    /// <summary>Attempts that failed or fell silent since this coordinator took the batch up; their shards were given out again.</summary>
    [Id(15)]
    public int Retries { get; init; }

    /// <summary>Rows that have an outcome, durable or not.</summary>
    public long RowsDone => Committed.Rows + Running.Rows;

    /// <summary>True when nothing will change any more.</summary>
    public bool IsTerminal => Status is BatchStatus.Completed or BatchStatus.Failed or BatchStatus.Expired or BatchStatus.Cancelled;

    /// <summary>Time to the end at the present rate; null while the rate is 0.</summary>
    public TimeSpan? Remaining => RowsPerSecond > 0 ? TimeSpan.FromSeconds(Math.Max(0, Rows - RowsDone) / RowsPerSecond) : null;
}
