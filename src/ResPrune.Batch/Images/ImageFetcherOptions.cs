using System.ComponentModel.DataAnnotations;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>Limits of <see cref="ImageFetcher"/>.</summary>
public sealed record ImageFetcherOptions
{
    /// <summary>Most bytes of an encoded image. Default 64 MiB.</summary>
    [Range(1, 1 << 30)]
    public int MaxBytes { get; init; } = 64 << 20;

    /// <summary>How reads of images from the image root are repeated.</summary>
    public StoreRetryOptions Retry { get; init; } = new();
}
