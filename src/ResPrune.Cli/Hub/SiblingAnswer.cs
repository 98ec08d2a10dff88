using System.Text.Json.Serialization;

namespace ResPrune.Cli.Hub;

/// <summary>A file in a <see cref="RevisionAnswer"/>.</summary>
internal sealed record SiblingAnswer
{
    /// <summary>Its path.</summary>
    [JsonPropertyName("rfilename")]
    public string? Path { get; init; }
}
