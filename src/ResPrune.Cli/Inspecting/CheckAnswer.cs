using ResPrune.Batch.Rows;
using ResPrune.Inference.Engine;

namespace ResPrune.Cli.Inspecting;

/// <summary>One answer of a check.</summary>
internal sealed record CheckAnswer
{
    /// <summary>Token budget as it was typed.</summary>
    public required string Keep { get; init; }

    /// <summary>Visual tokens before and after pruning.</summary>
    public required VisualTokenCount VisualTokens { get; init; }

    /// <summary>Tokens prefilled.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>Vision encoder and projector.</summary>
    public required double EncodeSeconds { get; init; }

    /// <summary>The selector.</summary>
    public required double PruneSeconds { get; init; }

    /// <summary>Splice and prefill; the first token is its result.</summary>
    public required double PrefillSeconds { get; init; }

    /// <summary>Tokens after the first one, per second of decoding.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>What it said.</summary>
    public required string Text { get; init; }

    /// <summary>Takes what a check reports out of a result.</summary>
    public static CheckAnswer Of(string keep, GenerationResult result)
    {
        var (usage, work) = (result.Usage, result.Work);
        return new CheckAnswer
        {
            Keep = keep,
            VisualTokens = new VisualTokenCount(usage.VisualTokensTotal, usage.VisualTokensKept, usage.NewlineTokens),
            PromptTokens = usage.PromptTokens,
            CompletionTokens = usage.CompletionTokens,
            EncodeSeconds = work.EncodeSeconds,
            PruneSeconds = work.PruneSeconds,
            PrefillSeconds = work.PrefillSeconds,
            TokensPerSecond = (usage.CompletionTokens - 1) / work.DecodeSeconds,
            Text = result.Text,
        };
    }
}
