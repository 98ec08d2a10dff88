using System.ComponentModel.DataAnnotations;

namespace ResPrune.Inference.Engine;

/// <summary>Sampling settings of one request; names and meanings as in vLLM's <c>SamplingParams</c>.</summary>
public sealed record SamplingParameters
{
    /// <summary>Most tokens to generate. Default 64.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 64;

    /// <summary>0 (default) is greedy: the argmax, ties to the lower id.</summary>
    [Range(0, 100)]
    public double Temperature { get; init; }

    /// <summary>Smallest set of tokens whose probability reaches this, in (0, 1]. Default 1: all.</summary>
    [Range(double.Epsilon, 1)]
    public double TopP { get; init; } = 1;

    /// <summary>Only the k likeliest tokens; 0 (default) means all.</summary>
    [Range(0, int.MaxValue)]
    public int TopK { get; init; }

    /// <summary>Seed of this request's own random stream, so that an answer never depends on its batch-mates. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Go on past the end-of-sequence token until <see cref="MaxTokens"/> (for benchmarks). Default false.</summary>
    public bool IgnoreEos { get; init; }
}
