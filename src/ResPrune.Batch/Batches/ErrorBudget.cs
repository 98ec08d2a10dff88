using System.ComponentModel.DataAnnotations;

namespace ResPrune.Batch.Batches;

/// <summary>How many failed rows a batch bears before it is cancelled. Without a budget any number.</summary>
public sealed record ErrorBudget
{
    /// <summary>Most failed rows; null (default) means no limit by count.</summary>
    [Range(0, long.MaxValue)]
    public long? MaxCount { get; init; }

    /// <summary>Most failed rows as a share of all rows of the batch, in [0, 1]; null (default) means no limit by share.</summary>
    [Range(0.0, 1.0)]
    public double? MaxRatio { get; init; }

    /// <summary>True when <paramref name="failed"/> rows out of <paramref name="total"/> are more than the budget bears.</summary>
    public bool IsExceeded(long failed, long total) => failed > MaxCount || failed > MaxRatio * total;
}
