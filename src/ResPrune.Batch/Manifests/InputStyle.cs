using System.Text.Json.Serialization;
using ResPrune.Batch.Json;

namespace ResPrune.Batch.Manifests;

/// <summary>Form of the input lines, and so of the output lines.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<InputStyle>))]
public enum InputStyle
{
    /// <summary><c>{"id","image","question"}</c>.</summary>
    Simple,

    /// <summary>OpenAI batch lines: <c>{"custom_id","method","url","body"}</c>.</summary>
    [JsonStringEnumMemberName("openai")]
    OpenAi,
}
