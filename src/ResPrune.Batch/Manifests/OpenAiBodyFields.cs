using System.Collections.Frozen;
using System.Text.Json;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Manifests;

/// <summary>The fields of a chat completion body beside its messages: which are taken, which change nothing, which are refused.</summary>
internal static class OpenAiBodyFields
{
    private static readonly FrozenSet<string> Taken = FrozenSet.Create(
        "messages", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "seed");

    // They say who asks and how it is billed or stored; the answer is the same.
    private static readonly FrozenSet<string> WithoutEffect = FrozenSet.Create(
        "model", "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "parallel_tool_calls");

    // Fields that clients send with the value that asks for nothing.
    private static readonly FrozenDictionary<string, string[]> Neutral = new Dictionary<string, string[]>
    {
        ["n"] = ["1"],
        ["stream"] = ["false"],
        ["logprobs"] = ["false"],
        ["top_logprobs"] = ["0"],
        ["frequency_penalty"] = ["0", "0.0"],
        ["presence_penalty"] = ["0", "0.0"],
        ["logit_bias"] = ["{}"],
        ["stop"] = ["[]"],
        ["tools"] = ["[]"],
        ["tool_choice"] = ["\"none\"", "\"auto\""],
        ["response_format"] = ["{\"type\":\"text\"}", "{\"type\": \"text\"}"],
        ["modalities"] = ["[\"text\"]"],
    }.ToFrozenDictionary();

    /// <summary>Refuses every field that would change the answer and is not supported.</summary>
    public static void Check(JsonElement body)
    {
        foreach (var field in body.EnumerateObject())
        {
            if (Taken.Contains(field.Name) || WithoutEffect.Contains(field.Name) || field.Value.ValueKind == JsonValueKind.Null) continue;
            if (Neutral.TryGetValue(field.Name, out var values) && values.Contains(field.Value.GetRawText())) continue;
            throw new UnsupportedRequestException(RowErrorCode.UnsupportedRequest, $"'body.{field.Name}' is not supported; remove it.");
        }
    }

    /// <summary>The line's own sampling values; null when it has none.</summary>
    public static SamplingOverride? ReadSampling(JsonElement body)
    {
        var maxTokens = ReadInteger(body, "max_completion_tokens", 1, 1 << 20) ?? ReadInteger(body, "max_tokens", 1, 1 << 20);
        var topK = ReadInteger(body, "top_k", -1, int.MaxValue);
        var values = new SamplingOverride(
            (int?)maxTokens,
            ReadNumber(body, "temperature", 0, 100),
            ReadNumber(body, "top_p", double.Epsilon, 1),
            topK is -1 ? 0 : (int?)topK,
            ReadInteger(body, "seed", long.MinValue, long.MaxValue));
        return values == new SamplingOverride(null, null, null, null, null) ? null : values;
    }

    private static long? ReadInteger(JsonElement body, string field, long least, long most)
    {
        if (!body.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most) return number;
        throw OutOfRange(field, value, $"a whole number from {least} to {most}");
    }

    private static double? ReadNumber(JsonElement body, string field, double least, double most)
    {
        if (!body.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most) return number;
        throw OutOfRange(field, value, least == double.Epsilon ? $"a number above 0, at most {most}" : $"a number from {least} to {most}");
    }

    private static UnsupportedRequestException OutOfRange(string field, JsonElement value, string wanted)
    {
        var text = value.GetRawText();
        if (text.Length > 40) text = text[..40] + "…";
        return new UnsupportedRequestException(
            RowErrorCode.UnsupportedRequest, FormattableString.Invariant($"'body.{field}' is {text}; it must be {wanted}."));
    }
}
