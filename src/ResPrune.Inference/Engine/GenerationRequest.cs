using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Engine;

/// <summary>One image and one question, with everything that decides the answer.</summary>
public sealed record GenerationRequest
{
    /// <summary>Echoed in the outcome; the writer asserts the pairing.</summary>
    public required string RequestId { get; init; }

    /// <summary>The encoded image file (JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC, JPEG 2000).</summary>
    public required ReadOnlyMemory<byte> Image { get; init; }

    /// <summary>The user's words; the family's chat template is put around them.</summary>
    public required string Question { get; init; }

    /// <summary>How tokens are chosen and when to stop.</summary>
    public SamplingParameters Sampling { get; init; } = new();

    /// <summary>Which visual tokens are kept.</summary>
    public PruningOptions Pruning { get; init; } = new();

    /// <summary>Bounds on the resized picture, for families of dynamic resolution. Default the checkpoint's.</summary>
    public ImageSizeLimits ImageSize { get; init; }
}
