namespace ResPrune.Batch.Rows;

/// <summary>An answer with everything that is known of how it came about.</summary>
public sealed record AnswerRow : ResultRow
{
    /// <summary>The answer.</summary>
    public required string Answer { get; init; }

    /// <summary><c>stop</c> or <c>length</c>.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Visual tokens before and after pruning.</summary>
    public required VisualTokenCount VisualTokens { get; init; }

    /// <summary>Tokens prefilled: text plus kept visual tokens.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>What it cost.</summary>
    public required RowWork Work { get; init; }
}
