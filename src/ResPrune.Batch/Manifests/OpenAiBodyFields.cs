using System.Collections.Frozen;
using System.Text.Json;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Manifests;

/// <summary>The fields of a chat completion body beside its messages: which are taken, which change nothing, which are refused.</summary>
internal static class OpenAiBodyFields
{
    private static readonly FrozenSet<string> Taken = FrozenSet.Create(
        "messages", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "seed", "keep");

    /// <summary>Fields of a simple line that say how it is answered.</summary>
    public static IReadOnlySet<string> OfSimpleLine => Taken;

    // They say who asks and how it is billed or stored; the answer is the same.
    private static readonly FrozenSet<string> WithoutEffect = FrozenSet.Create(
        "model", "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "parallel_tool_calls");

    // Fields that clients send with the value that asks for nothing, compared as JSON values: 0.00 is 0.
    private static readonly FrozenDictionary<string, JsonElement[]> Neutral = new Dictionary<string, string[]>
    {
        ["n"] = ["1"],
        ["stream"] = ["false"],
        ["logprobs"] = ["false"],
        ["top_logprobs"] = ["0"],
        ["frequency_penalty"] = ["0"],
        ["presence_penalty"] = ["0"],
        ["logit_bias"] = ["{}"],
        ["stop"] = ["[]"],
        ["tools"] = ["[]"],
        ["tool_choice"] = ["\"none\"", "\"auto\""],
        ["response_format"] = ["{\"type\":\"text\"}"],
        ["modalities"] = ["[\"text\"]"],
    }.ToFrozenDictionary(field => field.Key, field => field.Value.Select(value => JsonElement.Parse(value)).ToArray());

    /// <summary>Refuses every field that would change the answer and is not supported.</summary>
    public static void Check(JsonElement body)
    {
        foreach (var field in body.EnumerateObject())
        {
            if (Taken.Contains(field.Name) || WithoutEffect.Contains(field.Name) || field.Value.ValueKind == JsonValueKind.Null) continue;
            if (Neutral.TryGetValue(field.Name, out var values) && values.Any(value => JsonElement.DeepEquals(value, field.Value))) continue;
            throw NotSupported("body." + EchoedText.Cut(field.Name, 200));
        }
    }

    /// <summary>Refuses the fields of a simple line that would change the answer in a body and are not supported; its other fields are the submitter's.</summary>
    public static void CheckSimple(JsonElement line)
    {
        foreach (var field in line.EnumerateObject())
        {
            if (field.Value.ValueKind == JsonValueKind.Null || !Neutral.TryGetValue(field.Name, out var values)) continue;
            if (!values.Any(value => JsonElement.DeepEquals(value, field.Value))) throw NotSupported(field.Name);
        }
    }

    /// <summary>The line's own sampling values; null when it has none.</summary>
    /// <param name="body">The object that has them.</param>
    /// <param name="prefix">What stands before a field's name in messages.</param>
    public static SamplingOverride? ReadSampling(JsonElement body, string prefix)
    {
        var maxTokens = ReadInteger(body, prefix, "max_completion_tokens", 1, 1 << 20) ?? ReadInteger(body, prefix, "max_tokens", 1, 1 << 20);
        var topK = ReadInteger(body, prefix, "top_k", -1, int.MaxValue);
        var values = new SamplingOverride(
            (int?)maxTokens,
            ReadNumber(body, prefix, "temperature", 0, 100),
            ReadNumber(body, prefix, "top_p", double.Epsilon, 1),
            topK is -1 ? 0 : (int?)topK,
            ReadInteger(body, prefix, "seed", long.MinValue, long.MaxValue));
        return values == new SamplingOverride(null, null, null, null, null) ? null : values;
    }

    /// <summary>The line's own token budget, as it is written; null when it has none. Whether it is one, is told by the worker that answers it.</summary>
    /// <param name="body">The object that has it.</param>
    /// <param name="prefix">What stands before the field's name in messages.</param>
    public static string? ReadKeep(JsonElement body, string prefix)
    {
        if (!body.TryGetProperty("keep", out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => value.GetString(),
            _ => throw OutOfRange(prefix + "keep", value, "'all', a fraction like \"1/3\", a ratio like 0.25, or a count like 64"),
        };
    }

    private static long? ReadInteger(JsonElement body, string prefix, string field, long least, long most)
    {
        if (!body.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        // 64.0 and 6.4e1 are whole numbers too.
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && decimal.IsInteger(number) && number >= least && number <= most)
            return (long)number;
        throw OutOfRange(prefix + field, value, $"a whole number from {least} to {most}");
    }

    private static double? ReadNumber(JsonElement body, string prefix, string field, double least, double most)
    {
        if (!body.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most) return number;
        throw OutOfRange(prefix + field, value, least == double.Epsilon ? $"a number above 0, at most {most}" : $"a number from {least} to {most}");
    }

    private static UnsupportedRequestException NotSupported(string field) =>
        new(RowErrorCode.UnsupportedRequest, $"'{field}' is not supported; remove it.");

    private static UnsupportedRequestException OutOfRange(string field, JsonElement value, string wanted)
    {
        var text = value.GetRawText();
        if (text.Length > 40) text = text[..40] + "…";
        return new UnsupportedRequestException(
            RowErrorCode.UnsupportedRequest, FormattableString.Invariant($"'{field}' is {text}; it must be {wanted}."));
    }
}
