using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Wire;

/// <summary>Lets <see cref="RowTotals"/> travel in grain messages.</summary>
[RegisterConverter]
internal sealed class RowTotalsConverter : IConverter<RowTotals, RowTotalsSurrogate>
{
    /// <inheritdoc/>
    public RowTotals ConvertFromSurrogate(in RowTotalsSurrogate surrogate) => new()
    {
        Answered = surrogate.Answered,
        Failed = surrogate.Failed,
        Errors = new SortedDictionary<RowErrorCode, long>(surrogate.Errors),
        VisualTokens = new VisualTokenCount(surrogate.VisualTokensTotal, surrogate.VisualTokensKept, surrogate.NewlineTokens),
        PromptTokens = surrogate.PromptTokens,
        CompletionTokens = surrogate.CompletionTokens,
        Work = surrogate.Work,
    };

    /// <inheritdoc/>
    public RowTotalsSurrogate ConvertToSurrogate(in RowTotals value) => new()
    {
        Answered = value.Answered,
        Failed = value.Failed,
        Errors = new Dictionary<RowErrorCode, long>(value.Errors),
        VisualTokensTotal = value.VisualTokens.Total,
        VisualTokensKept = value.VisualTokens.Kept,
        PromptTokens = value.PromptTokens,
        CompletionTokens = value.CompletionTokens,
        Work = value.Work,
        NewlineTokens = value.VisualTokens.Newlines,
    };
}
