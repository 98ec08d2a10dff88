using System.Text.Json.Serialization;

namespace ResPrune.Inference.Inspection;

/// <summary>Number of weights of each part of a model.</summary>
/// <param name="Vision">Of the vision encoder.</param>
/// <param name="Projector">Of what takes its features into the embedding space, newline embeddings included.</param>
/// <param name="Language">Of the language model.</param>
public sealed record PartSizes(long Vision, long Projector, long Language)
{
    /// <summary>All weights.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Total => Vision + Projector + Language;
}
