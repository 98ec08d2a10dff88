using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Wire;

/// <summary>Wire form of <see cref="RowTotals"/>.</summary>
[GenerateSerializer]
[Alias("resprune.RowTotals")]
internal struct RowTotalsSurrogate
{
    [Id(0)]
    public long Answered;

    [Id(1)]
    public long Failed;

    [Id(2)]
    public Dictionary<RowErrorCode, long> Errors;

    [Id(3)]
    public long VisualTokensTotal;

    [Id(4)]
    public long VisualTokensKept;

    [Id(5)]
    public long PromptTokens;

    [Id(6)]
    public long CompletionTokens;

    [Id(7)]
    public RowWork Work;

    [Id(8)]
    public long NewlineTokens;
}
