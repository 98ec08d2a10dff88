using System.Text.Json;
using ResPrune.Inference.Checkpoints;

namespace ResPrune.Inference.Models.Language;

/// <summary>Shape of a Llama-style decoder; families set what differs (grouped queries, head size, biases, tied embeddings).</summary>
internal sealed record DecoderConfig
{
    public required int VocabularySize { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int KeyValueHeads { get; init; }

    public required int HeadSize { get; init; }

    /// <summary>Most positions the model was made for.</summary>
    public required int ContextLength { get; init; }

    public required double RmsNormEpsilon { get; init; }

    public required double RopeTheta { get; init; }

    /// <summary>Biases on the query, key and value projections.</summary>
    public required bool QueryKeyValueBias { get; init; }

    /// <summary>Bias on the attention's output projection.</summary>
    public required bool AttentionOutputBias { get; init; }

    public required bool MlpBias { get; init; }

    public required bool TieWordEmbeddings { get; init; }

    /// <summary>
    /// M-RoPE: how many of the D/2 pairs the time, height and width rows of the positions turn, in this order; their sum is D/2. Null (default)
    /// where positions have one row.
    /// </summary>
    public IReadOnlyList<int>? MropeSection { get; init; }

    /// <summary>
    /// Whether the embeddings also are the output layer, where the weights hold no <c>lm_head</c> of their own: the root of <c>config.json</c> or its
    /// <c>text_config</c> may say so, and published files differ in which of them does.
    /// </summary>
    public static bool ReadTie(JsonField root, JsonField text) =>
        root.Boolean("tie_word_embeddings", false) || text.Boolean("tie_word_embeddings", false);

    /// <summary>Reads a <c>text_config</c> of <c>model_type</c> llama (the default) or mistral.</summary>
    public static DecoderConfig Read(JsonField json)
    {
        var modelType = json.Text("model_type", "llama");
        return modelType switch
        {
            "llama" => ReadLlama(json, 11008, json.Size("num_attention_heads", 32), 2048),
            "mistral" => ReadMistral(json),
            _ => throw json.Refuse("model_type", $"is '{modelType}'; supported are 'llama' and 'mistral'"),
        };
    }

    /// <summary>Makes sure that a special token has a row in the embedding.</summary>
    /// <param name="root">The <c>config.json</c> that names the token.</param>
    /// <param name="field">The field that does.</param>
    /// <param name="id">Its id.</param>
    /// <exception cref="Engine.ModelLoadException">It has none.</exception>
    public void RequireRow(JsonField root, string field, int id)
    {
        if (id >= 0 && id < VocabularySize) return;
        throw root.Refuse(
            field,
            $"is {id}, outside the vocabulary of {VocabularySize} (vocab_size); config.json is of another version than the weights, or of another "
            + "form of this model: download the folder's JSON files again, as published for transformers");
    }

    /// <summary>Mistral is Llama with other defaults (HF <c>MistralConfig</c>) and a window of attention.</summary>
    private static DecoderConfig ReadMistral(JsonField json)
    {
        const int DefaultWindow = 4096;
        var config = ReadLlama(json, 14336, 8, 131072);
        var isNull = json.Element.TryGetProperty("sliding_window", out var value) && value.ValueKind == JsonValueKind.Null;
        if (isNull) return config;

        // A token sees as many tokens as the window is long, so up to that length this is plain attention.
        return config with { ContextLength = Math.Min(config.ContextLength, json.Size("sliding_window", DefaultWindow)) };
    }

    /// <summary>Defaults that no parameter gives: HF <c>LlamaConfig</c>.</summary>
    private static DecoderConfig ReadLlama(JsonField json, int intermediateSize, int keyValueHeads, int contextLength)
    {
        var activation = json.Text("hidden_act", "silu");
        if (activation != "silu") throw json.Refuse("hidden_act", $"is '{activation}'; supported is 'silu'");
        var heads = json.Size("num_attention_heads", 32);
        var hidden = json.Size("hidden_size", 4096);
        var bias = json.Boolean("attention_bias", false);
        var config = new DecoderConfig
        {
            VocabularySize = json.Size("vocab_size", 32000),
            HiddenSize = hidden,
            IntermediateSize = json.Size("intermediate_size", intermediateSize),
            Layers = json.Size("num_hidden_layers", 32),
            Heads = heads,
            KeyValueHeads = json.Size("num_key_value_heads", keyValueHeads),
            HeadSize = json.Size("head_dim", Math.Max(1, hidden / heads)),
            ContextLength = json.Size("max_position_embeddings", contextLength),
            RmsNormEpsilon = json.Number("rms_norm_eps", 1e-6),
            RopeTheta = ReadRopeTheta(json),
            QueryKeyValueBias = bias,
            AttentionOutputBias = bias,
            MlpBias = json.Boolean("mlp_bias", false),
            TieWordEmbeddings = json.Boolean("tie_word_embeddings", false),
        };
        if (config.Heads % config.KeyValueHeads != 0)
            throw json.Refuse("num_key_value_heads", $"is {config.KeyValueHeads}, which does not divide num_attention_heads {config.Heads}");
        if (config.HeadSize % 2 != 0) throw json.Refuse("head_dim", $"is {config.HeadSize}; rotary embeddings need an even one");
        return config;
    }

    private static double ReadRopeTheta(JsonField json)
    {
        foreach (var field in (ReadOnlySpan<string>)["rope_parameters", "rope_scaling"])
        {
            if (json.Optional(field) is not { } rope) continue;
            var type = rope.Text("rope_type", rope.Text("type", "default"));
            if (type != "default") throw rope.Refuse("rope_type", $"is '{type}'; supported is 'default'");
            if (rope.Optional("rope_theta") is { } theta) return theta.Number();
        }

        return json.Number("rope_theta", 10000);
    }
}
