using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Language;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>
/// <c>config.json</c> of a Qwen2.5-VL checkpoint: the published flat form, where the text model's fields stand at the root, and the nested one of
/// transformers ≥ 4.52. Defaults: HF <c>configuration_qwen2_5_vl.py</c>.
/// </summary>
internal sealed record Qwen25VLConfig
{
    /// <summary>The <c>model_type</c> of this family.</summary>
    public const string ModelType = "qwen2_5_vl";

    public required Qwen25VLVisionConfig Vision { get; init; }

    public required DecoderConfig Text { get; init; }

    /// <summary>Vocabulary id that stands for the picture in the prompt.</summary>
    public required int ImageTokenId { get; init; }

    /// <summary>Ids that end an answer.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <summary>What <c>generation_config.json</c> says.</summary>
    public GenerationConfig Generation { get; init; } = new();

    /// <summary>Reads <c>config.json</c> and, when there is one, <c>generation_config.json</c> of a checkpoint folder.</summary>
    /// <exception cref="ModelLoadException">A file is absent or malformed, or asks for something this runtime does not do.</exception>
    public static Qwen25VLConfig Read(string directory)
    {
        var root = JsonField.Load(Path.Combine(directory, "config.json"));
        var vision = root.Optional("vision_config")
            ?? throw root.Refuse("vision_config", "is missing: this is a text-only checkpoint; a Qwen2.5-VL one is needed");
        var text = root.Optional("text_config") ?? root;
        var tower = Qwen25VLVisionConfig.Read(vision);
        var language = ReadText(root, text);
        var generation = GenerationConfig.Read(directory, language.VocabularySize);
        var config = new Qwen25VLConfig
        {
            Vision = tower,
            Text = language,
            ImageTokenId = root.Optional("image_token_id")?.Integer(int.MinValue, int.MaxValue) ?? 151655,
            EosTokenIds = generation.EosTokenIds ?? GenerationConfig.ReadEos(text) ?? GenerationConfig.ReadEos(root) ?? [151645], // before the config, as in transformers
            Generation = generation,
        };
        if (config.Vision.OutputSize != config.Text.HiddenSize)
            throw vision.Refuse("out_hidden_size", $"is {config.Vision.OutputSize}, but the language model's hidden_size is {config.Text.HiddenSize}");
        config.Text.RequireRow(root, "image_token_id", config.ImageTokenId);
        return config;
    }

    private static DecoderConfig ReadText(JsonField root, JsonField text)
    {
        var activation = text.Text("hidden_act", "silu");
        if (activation != "silu") throw text.Refuse("hidden_act", $"is '{activation}'; supported is 'silu'");
        if (text.Boolean("use_sliding_window", false))
            throw text.Refuse("use_sliding_window", "is true; supported is false (attention over the whole context)");
        var hidden = text.Size("hidden_size", 8192);
        var heads = text.Size("num_attention_heads", 64);
        if (hidden % (2 * heads) != 0)
            throw text.Refuse("num_attention_heads", $"is {heads}; heads of hidden_size {hidden} must have a whole, even width");
        var groups = text.Size("num_key_value_heads", 8);
        if (heads % groups != 0) throw text.Refuse("num_key_value_heads", $"is {groups}, which does not divide num_attention_heads {heads}");
        var (theta, sections) = ReadRope(text, hidden / heads);
        return new DecoderConfig
        {
            VocabularySize = text.Size("vocab_size", 152064),
            HiddenSize = hidden,
            IntermediateSize = text.Size("intermediate_size", 29568),
            Layers = text.Size("num_hidden_layers", 80),
            Heads = heads,
            KeyValueHeads = groups,
            HeadSize = hidden / heads,
            ContextLength = text.Size("max_position_embeddings", 32768),
            RmsNormEpsilon = text.Number("rms_norm_eps", 1e-5),
            RopeTheta = theta,
            MropeSection = sections,
            QueryKeyValueBias = true,
            AttentionOutputBias = false,
            MlpBias = false,
            TieWordEmbeddings = DecoderConfig.ReadTie(root, text),
        };
    }

    /// <summary>Older files have <c>rope_scaling</c> with <c>rope_theta</c> beside it, newer ones <c>rope_parameters</c> with both in it.</summary>
    private static (double Theta, int[] Sections) ReadRope(JsonField text, int headSize)
    {
        var rope = text.Optional("rope_parameters") ?? text.Optional("rope_scaling")
            ?? throw text.Refuse("rope_scaling", "is missing; its mrope_section is needed");
        foreach (var name in (ReadOnlySpan<string>)["type", "rope_type"])
        {
            var type = rope.Text(name, "default");
            if (type is not ("default" or "mrope")) throw rope.Refuse(name, $"is '{type}'; supported are 'default' and 'mrope'");
        }

        var field = rope["mrope_section"];
        var sections = field.Items().Select(item => item.Integer(0, headSize)).ToArray();
        if (sections.Length != 3 || sections.Sum() != headSize / 2)
            throw field.Invalid($"three numbers (time, height, width) that add up to {headSize / 2}, half a head's width");
        return (rope.Optional("rope_theta")?.Number() ?? text.Number("rope_theta", 1_000_000), sections);
    }
}
