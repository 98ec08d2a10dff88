using System.ComponentModel.DataAnnotations;
using ResPrune.Inference.Checkpoints;

namespace ResPrune.Inference.Engine;

/// <summary>
/// Sampling settings of one request; names and meanings as in vLLM's <c>SamplingParams</c>. What is null is as the checkpoint's
/// <c>generation_config.json</c> has it, and greedy where that says nothing.
/// </summary>
public sealed record SamplingParameters
{
    /// <summary>Most tokens to generate. Default 64.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 64;

    /// <summary>0 is greedy: the argmax, ties to the lower id. Default null: the checkpoint's.</summary>
    [Range(0, 100)]
    public double? Temperature { get; init; }

    /// <summary>Smallest set of tokens whose probability reaches this, in (0, 1]; 1 means all. Default null: the checkpoint's.</summary>
    [Range(double.Epsilon, 1)]
    public double? TopP { get; init; }

    /// <summary>Only the k likeliest tokens; 0 means all. Default null: the checkpoint's.</summary>
    [Range(0, int.MaxValue)]
    public int? TopK { get; init; }

    /// <summary>Only tokens with this share of the likeliest one's probability or more; 0 means all. Default null: the checkpoint's.</summary>
    [Range(0, 1)]
    public double? MinP { get; init; }

    /// <summary>Makes tokens of prompt and answer less likely where above 1, likelier below; 1 means neither. Default null: the checkpoint's.</summary>
    [Range(1e-3, 1e3)]
    public double? RepetitionPenalty { get; init; }

    /// <summary>Seed of this request's own random stream, so that an answer never depends on its batch-mates. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Go on past the end-of-sequence token until <see cref="MaxTokens"/> (for benchmarks). Default false.</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>The same with what is null taken from a checkpoint.</summary>
    internal SamplingParameters Over(GenerationConfig checkpoint) => this with
    {
        Temperature = Temperature ?? checkpoint.Temperature,
        TopP = TopP ?? checkpoint.TopP,
        TopK = TopK ?? checkpoint.TopK,
        MinP = MinP ?? checkpoint.MinP,
        RepetitionPenalty = RepetitionPenalty ?? checkpoint.RepetitionPenalty,
    };
}
