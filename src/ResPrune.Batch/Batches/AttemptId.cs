using System.Text.Json.Serialization;
using ResPrune.Batch.Json;

namespace ResPrune.Batch.Batches;

/// <summary>One try at one shard. Unique without any coordination, so that two workers that both think they own a shard never share a blob.</summary>
[JsonConverter(typeof(AttemptIdJsonConverter))]
public readonly record struct AttemptId
{
    private readonly string? _value;

    private AttemptId(string value) => _value = value;

    /// <summary>The id as text.</summary>
    public string Value => _value ?? throw new InvalidOperationException("A default AttemptId names no attempt.");

    /// <summary>Makes a new id.</summary>
    public static AttemptId New() => new(Guid.NewGuid().ToString("N"));

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">Empty, too long, or with a character that is not allowed.</exception>
    public static AttemptId Parse(string text) => IdText.IsValid(text, 80)
        ? new(text)
        : throw new FormatException($"'{text}' is not an attempt id: use 1 to 80 of A-Z a-z 0-9 _ -.");

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}
