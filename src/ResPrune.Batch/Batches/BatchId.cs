using System.Text.Json.Serialization;
using ResPrune.Batch.Json;

namespace ResPrune.Batch.Batches;

/// <summary>A batch's id: 1 to 80 of <c>A-Z a-z 0-9 _ -</c>. New ones are <c>batch_</c> and a time-ordered UUID, so that no two jobs share one.</summary>
[JsonConverter(typeof(BatchIdJsonConverter))]
public readonly record struct BatchId
{
    private const string Prefix = "batch_";
    private readonly string? _value;

    private BatchId(string value) => _value = value;

    /// <summary>The id as text.</summary>
    public string Value => _value ?? throw new InvalidOperationException("A default BatchId names no batch.");

    /// <summary>Makes a new id; ids made later sort later.</summary>
    public static BatchId New(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new(Prefix + Guid.CreateVersion7(time.GetUtcNow()).ToString("N"));
    }

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">Empty, too long, or with a character that is not allowed.</exception>
    public static BatchId Parse(string text) => TryParse(text, out var id)
        ? id
        : throw new FormatException($"'{text}' is not a batch id: use 1 to 80 of A-Z a-z 0-9 _ -.");

    /// <summary>Reads an id; false when it is none.</summary>
    public static bool TryParse(string? text, out BatchId id)
    {
        var valid = IdText.IsValid(text, 80);
        id = valid ? new(text!) : default;
        return valid;
    }

    /// <summary>The id of the request made from one input line: the same in every attempt, echoed by the engine, asserted by the writer.</summary>
    public string RequestId(long line)
    {
        var tail = Value.StartsWith(Prefix, StringComparison.Ordinal) ? Value[Prefix.Length..] : Value;
        return $"batch_req_{tail}_{line}";
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}
