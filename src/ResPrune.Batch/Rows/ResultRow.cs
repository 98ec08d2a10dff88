using System.Text.Json.Serialization;

namespace ResPrune.Batch.Rows;

/// <summary>Outcome of one input row as an attempt stores it: an <see cref="AnswerRow"/> or an <see cref="ErrorRow"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AnswerRow), "answer")]
[JsonDerivedType(typeof(ErrorRow), "error")]
public abstract record ResultRow
{
    /// <summary>Line of the input, from 1.</summary>
    public required long Line { get; init; }

    /// <summary>The submitter's id, or <c>line-N (no id)</c>.</summary>
    public required string CustomId { get; init; }

    /// <summary>The image reference as the line has it, data URLs shortened; empty when the line has none.</summary>
    public required string Image { get; init; }

    /// <summary>The question; empty when the line has none.</summary>
    public required string Question { get; init; }

    /// <summary>The submitter's other fields, as the text of a JSON object; null when there are none.</summary>
    public string? Carried { get; init; }

    /// <summary>Id of the request that the engine echoed; <see cref="Batches.BatchId.RequestId"/> of the line.</summary>
    public required string RequestId { get; init; }

    /// <summary>Lower-case hex SHA-256 of the image bytes that the engine looked at; null when it looked at none.</summary>
    public string? ImageDigest { get; init; }
}
