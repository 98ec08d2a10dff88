using System.Text.Json;

namespace ResPrune.Inference.Checkpoints;

/// <summary>What a <c>generation_config.json</c> asks for that <see cref="GenerationConfig"/> does not honour.</summary>
internal static class UnusedGenerationFields
{
    /// <summary>Read by <see cref="GenerationConfig"/>, or of no effect on which tokens an answer has.</summary>
    private static readonly HashSet<string> Settled =
    [
        "do_sample", "repetition_penalty", "no_repeat_ngram_size", "min_new_tokens", "suppress_tokens", "begin_suppress_tokens", "bad_words_ids",
        "eos_token_id", "bos_token_id", "pad_token_id", "decoder_start_token_id", "transformers_version", "use_cache", "cache_implementation", "cache_config",
        "return_dict_in_generate", "output_attentions", "output_hidden_states", "output_scores", "output_logits", "return_legacy_cache", "compile_config",
        "disable_compile", "low_memory", "trust_remote_code", "num_assistant_tokens", "num_assistant_tokens_schedule", "assistant_confidence_threshold",
        "assistant_early_exit", "assistant_lookbehind", "target_lookbehind", "prefill_chunk_size", "is_assistant",
    ];

    /// <summary>Honoured where <c>do_sample</c> is true, and only there, as in transformers; with the value that means nothing.</summary>
    private static readonly Dictionary<string, double> Sampled = new(StringComparer.Ordinal)
    {
        ["temperature"] = 1,
        ["top_p"] = 1,
        ["top_k"] = 50,
        ["min_p"] = 0,
    };

    /// <summary>Values that ask for nothing, beside null, false, 0 and what is empty.</summary>
    private static readonly Dictionary<string, double> Neutral = new(StringComparer.Ordinal)
    {
        ["num_beams"] = 1,
        ["num_beam_groups"] = 1,
        ["num_return_sequences"] = 1,
        ["length_penalty"] = 1,
        ["typical_p"] = 1,
        ["guidance_scale"] = 1,
        ["encoder_repetition_penalty"] = 1,
        ["max_length"] = 20,
    };

    /// <summary>Why what is asked for is decided elsewhere.</summary>
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["max_new_tokens"] = " (--max-tokens decides)",
        ["max_length"] = " (--max-tokens decides)",
    };

    /// <summary>The fields as <c>name=value</c>, in the order of the file.</summary>
    public static IReadOnlyList<string> Of(JsonField root, bool samples) =>
        [.. root.Members().Where(member => AsksForMore(member.Key, member.Value.Element, samples)).Select(member => Text(member.Key, member.Value.Element))];

    private static bool AsksForMore(string name, JsonElement value, bool samples)
    {
        // A leading underscore is transformers' own note, such as _from_model_config.
        if (name.StartsWith('_') || Settled.Contains(name)) return false;
        if (Sampled.TryGetValue(name, out var without)) return !samples && !AsksNothing(value, without);
        // 0 is a token like others.
        if (name.StartsWith("forced_", StringComparison.Ordinal) && value.ValueKind == JsonValueKind.Number) return true;
        return !AsksNothing(value, Neutral.GetValueOrDefault(name));
    }

    private static bool AsksNothing(JsonElement value, double neutral) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => value.TryGetDouble(out var number) && (number == neutral || number == 0),
        JsonValueKind.String => value.ValueEquals(string.Empty),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };

    private static string Text(string name, JsonElement value)
    {
        const int Shown = 60;
        var raw = value.GetRawText();
        return $"{name}={(raw.Length > Shown ? raw[..Shown] + "…" : raw)}{Reasons.GetValueOrDefault(name)}";
    }
}
