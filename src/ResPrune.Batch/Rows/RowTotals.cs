namespace ResPrune.Batch.Rows;

/// <summary>Sums over rows: of a shard, of what is committed so far, of a batch.</summary>
public sealed record RowTotals
{
    /// <summary>No rows.</summary>
    public static RowTotals Zero { get; } = new();

    /// <summary>Rows with an answer.</summary>
    public long Answered { get; init; }

    /// <summary>Rows with an error.</summary>
    public long Failed { get; init; }

    /// <summary>Rows with an error by reason; only reasons that occurred.</summary>
    public IReadOnlyDictionary<RowErrorCode, long> Errors { get; init; } = new SortedDictionary<RowErrorCode, long>();

    /// <summary>Visual tokens of the answers, before and after pruning.</summary>
    public VisualTokenCount VisualTokens { get; init; }

    /// <summary>Prompt tokens prefilled.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public long CompletionTokens { get; init; }

    /// <summary>What the answers cost.</summary>
    public RowWork Work { get; init; }

    /// <summary>Rows.</summary>
    public long Rows => Answered + Failed;

    /// <summary>Sums rows.</summary>
    public static RowTotals Of(IEnumerable<ResultRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return rows.Aggregate(Zero, (sum, row) => sum.Add(Single(row)));
    }

    /// <summary>The sum of both.</summary>
    public RowTotals Add(RowTotals other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var errors = new SortedDictionary<RowErrorCode, long>();
        foreach (var (code, count) in Errors.Concat(other.Errors)) errors[code] = errors.GetValueOrDefault(code) + count;
        return new RowTotals
        {
            Answered = Answered + other.Answered,
            Failed = Failed + other.Failed,
            Errors = errors,
            VisualTokens = VisualTokens + other.VisualTokens,
            PromptTokens = PromptTokens + other.PromptTokens,
            CompletionTokens = CompletionTokens + other.CompletionTokens,
            Work = Work + other.Work,
        };
    }

    private static RowTotals Single(ResultRow row) => row switch
    {
        AnswerRow answer => new RowTotals
        {
            Answered = 1,
            VisualTokens = answer.VisualTokens,
            PromptTokens = answer.PromptTokens,
            CompletionTokens = answer.CompletionTokens,
            Work = answer.Work,
        },
        ErrorRow error => new RowTotals { Failed = 1, Errors = new SortedDictionary<RowErrorCode, long> { [error.Code] = 1 } },
        _ => throw new ArgumentException($"Unknown row type {row.GetType().Name}.", nameof(row)),
    };
}
