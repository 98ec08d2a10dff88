using System.Text.Json.Serialization;

namespace ResPrune.Inference.Inspection;

/// <summary>Memory that a model needs on a device, estimated without loading it.</summary>
public sealed record MemoryNeed
{
    /// <summary>The largest batch that can be asked for.</summary>
    public const int MaxBatch = 1024;

    /// <summary>Where it would run.</summary>
    public required string Device { get; init; }

    /// <summary>What it would compute in, and hold its weights in.</summary>
    public required string DType { get; init; }

    /// <summary>Bytes of the weights as they would be held; on a CPU part of them may be the page cache's.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>The picture that the estimate is for.</summary>
    public required PictureSize Picture { get; init; }

    /// <summary>The budget that the estimate is for.</summary>
    public required string Keep { get; init; }

    /// <summary>Tokens of the answer that the estimate is for.</summary>
    public required int AnswerTokens { get; init; }

    /// <summary>Bytes of one request's key-value cache.</summary>
    public required long KvBytes { get; init; }

    /// <summary>Bytes of one request's activations at most, encoding or prefilling.</summary>
    public required long ActivationBytes { get; init; }

    /// <summary>Bytes free for this process; null where the device does not say.</summary>
    public required long? AvailableBytes { get; init; }

    /// <summary>Bytes with one request at a time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long BatchOneBytes => WeightBytes + RequestBytes;

    /// <summary>Most requests that fit at a time; 0 when the model itself does not, null where the device does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? LargestBatch => AvailableBytes is { } free ? (int)Math.Clamp((free - WeightBytes) / RequestBytes, 0, MaxBatch) : null;

    private long RequestBytes => KvBytes + ActivationBytes;
}
