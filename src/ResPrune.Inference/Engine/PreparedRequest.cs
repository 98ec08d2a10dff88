using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Engine;

/// <summary>A request whose image is decoded and whose prompt is tokenised: all that the device thread needs.</summary>
internal sealed record PreparedRequest
{
    public required PendingRequest Pending { get; init; }

    /// <summary>
    /// Lower-case hex SHA-256 of the image bytes; what is equal here (and is prepared alike) shares one encoding in a micro-batch.
    /// </summary>
    public required string ImageDigest { get; init; }

    /// <summary>The picture.</summary>
    public required ImageInput Image { get; init; }

    /// <summary>Prompt ids with one image placeholder.</summary>
    public required IReadOnlyList<int> PromptIds { get; init; }

    /// <summary>Where the placeholder stands in <see cref="PromptIds"/>.</summary>
    public required int ImagePosition { get; init; }

    /// <summary>Ids whose embedding rows condition the selection; empty for none.</summary>
    public required IReadOnlyList<int> ConditionIds { get; init; }

    /// <summary>How many of the visual tokens that may be pruned are kept.</summary>
    public required int Budget { get; init; }

    /// <summary>Most tokens to generate, already cut to what the context leaves.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>How its tokens are chosen: what the request leaves open is the checkpoint's.</summary>
    public required SamplingParameters Sampling { get; init; }

    /// <summary>Seconds of decoding, resizing and tokenising.</summary>
    public required double PreprocessSeconds { get; init; }

    public GenerationRequest Request => Pending.Request;

    /// <summary>Whether any token goes.</summary>
    public bool IsPruned => Budget < Image.Layout.Prunable;

    /// <summary>Text tokens of the prompt.</summary>
    public int TextTokens => PromptIds.Count - 1;

    /// <summary>Visual tokens that reach the language model, newlines included.</summary>
    public int VisualTokensKept => Budget + Image.Layout.Newlines.Count;

    /// <summary>Tokens that are prefilled.</summary>
    public int PromptTokens => TextTokens + VisualTokensKept;

    /// <summary>What decides the picture's encoding.</summary>
    public (string Digest, ImageSizeLimits Limits) ImageKey => (ImageDigest, Request.ImageSize);
}
