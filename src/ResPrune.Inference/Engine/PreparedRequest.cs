using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Engine;

/// <summary>A request whose image is decoded and whose prompt is tokenised: all that the device thread needs.</summary>
internal sealed record PreparedRequest
{
    public required PendingRequest Pending { get; init; }

    /// <summary>Lower-case hex SHA-256 of the image bytes; equal digests share one encoding in a micro-batch.</summary>
    public required string ImageDigest { get; init; }

    /// <summary>The normalised picture.</summary>
    public required PixelValues Pixels { get; init; }

    /// <summary>Prompt ids with one image placeholder.</summary>
    public required IReadOnlyList<int> PromptIds { get; init; }

    /// <summary>Where the placeholder stands in <see cref="PromptIds"/>.</summary>
    public required int ImagePosition { get; init; }

    /// <summary>Ids whose embedding rows condition the selection; empty for none.</summary>
    public required IReadOnlyList<int> ConditionIds { get; init; }

    /// <summary>Visual tokens to keep of this picture.</summary>
    public required int VisualTokensKept { get; init; }

    /// <summary>Most tokens to generate, already cut to what the context leaves.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Seconds of decoding, resizing and tokenising.</summary>
    public required double PreprocessSeconds { get; init; }

    public GenerationRequest Request => Pending.Request;

    /// <summary>Tokens that are prefilled.</summary>
    public int PromptTokens => PromptIds.Count - 1 + VisualTokensKept;
}
