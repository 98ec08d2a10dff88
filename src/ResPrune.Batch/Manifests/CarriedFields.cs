using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using ResPrune.Batch.Json;

namespace ResPrune.Batch.Manifests;

/// <summary>
/// The fields of a simple line that are the submitter's own: columns of a table, a shop's article number. They change nothing and stand in the result
/// line again.
/// </summary>
internal static class CarriedFields
{
    private static readonly FrozenSet<string> Asked = FrozenSet.Create("id", "image", "question");

    // What a result line says itself.
    private static readonly FrozenSet<string> Answered = FrozenSet.Create(
        "answer", "finish_reason", "visual_tokens", "prompt_tokens", "completion_tokens", "error", "line");

    /// <summary>The fields as the text of a JSON object, in their order; null when there are none.</summary>
    public static string? Read(JsonElement line)
    {
        if (line.EnumerateObject().All(field => IsTaken(field.Name))) return null;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonLineOptions.Writer))
        {
            json.WriteStartObject();
            foreach (var field in line.EnumerateObject())
            {
                if (IsTaken(field.Name)) continue;
                json.WritePropertyName(NameInResult(field.Name, line));
                field.Value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static bool IsTaken(string name) => Asked.Contains(name) || OpenAiBodyFields.OfSimpleLine.Contains(name);

    /// <summary><c>input_answer</c> for a field <c>answer</c>: a result line has one of its own.</summary>
    private static string NameInResult(string name, JsonElement line)
    {
        if (!Answered.Contains(name)) return name;
        var other = "input_" + name;
        while (line.TryGetProperty(other, out _)) other += "_";
        return other;
    }
}
