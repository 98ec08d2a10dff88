using System.ComponentModel.DataAnnotations;

namespace ResPrune.Batch.Images;

/// <summary>Limits of <see cref="ImageFetcher"/>.</summary>
public sealed record ImageFetcherOptions
{
    /// <summary>Most bytes of an encoded image. Default 64 MiB.</summary>
    [Range(1, 1 << 30)]
    public int MaxBytes { get; init; } = 64 << 20;
}
