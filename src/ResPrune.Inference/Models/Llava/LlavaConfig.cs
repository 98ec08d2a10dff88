using System.Text.Json;
using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Models.Vision;

namespace ResPrune.Inference.Models.Llava;

/// <summary>
/// <c>config.json</c> of a LLaVA-1.5 checkpoint, in the short form the published ones have (what equals the default of its
/// <c>model_type</c> is left out) and in the full form of transformers ≥ 4.52. Defaults: HF <c>configuration_llava.py</c>.
/// </summary>
internal sealed record LlavaConfig
{
    /// <summary>The <c>model_type</c> of this family.</summary>
    public const string ModelType = "llava";

    public required ClipVisionConfig Vision { get; init; }

    public required DecoderConfig Text { get; init; }

    /// <summary>Vocabulary id that stands for the picture in the prompt.</summary>
    public required int ImageTokenId { get; init; }

    /// <summary>Index into the encoder's hidden states; −2 is the output of the last layer but one.</summary>
    public required int VisionFeatureLayer { get; init; }

    public required bool ProjectorBias { get; init; }

    /// <summary>Ids that end an answer.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <summary>Visual tokens of one picture.</summary>
    public int VisualTokens => Vision.Patches;

    /// <summary>Reads <c>config.json</c> and, when there is one, <c>generation_config.json</c> of a checkpoint folder.</summary>
    /// <exception cref="ModelLoadException">A file is absent or malformed, or asks for something this runtime does not do.</exception>
    public static LlavaConfig Read(string directory)
    {
        var root = JsonField.Load(Path.Combine(directory, "config.json"));
        var text = root.Optional("text_config") ?? throw root.Refuse("text_config", "is missing: this is a text-only checkpoint; a LLaVA one is needed");
        var vision = root.Optional("vision_config") ?? throw root.Refuse("vision_config", "is missing: this is a text-only checkpoint; a LLaVA one is needed");
        var activation = root.Text("projector_hidden_act", "gelu");
        if (activation != "gelu") throw root.Refuse("projector_hidden_act", $"is '{activation}'; supported is 'gelu'");
        var strategy = root.Text("vision_feature_select_strategy", "default");
        if (strategy != "default") throw root.Refuse("vision_feature_select_strategy", $"is '{strategy}'; supported is 'default' (patches only)");

        var tower = ClipVisionConfig.Read(vision);
        var config = new LlavaConfig
        {
            Vision = tower,
            Text = DecoderConfig.Read(text) with { TieWordEmbeddings = DecoderConfig.ReadTie(root, text) },
            ImageTokenId = (root.Optional("image_token_id") ?? root.Optional("image_token_index"))?.Integer(0, int.MaxValue) ?? 32000,
            VisionFeatureLayer = root.Optional("vision_feature_layer")?.Integer(-tower.Layers, -1) ?? -2,
            ProjectorBias = root.Boolean("multimodal_projector_bias", true),
            EosTokenIds = ReadEos(directory, text),
        };
        if (config.ImageTokenId >= config.Text.VocabularySize)
            throw root.Refuse("image_token_index", $"is {config.ImageTokenId}, outside the vocabulary of {config.Text.VocabularySize}");
        return config;
    }

    /// <summary>One id or a list of them; <c>generation_config.json</c> goes before the text config, as in transformers.</summary>
    private static int[] ReadEos(string directory, JsonField text)
    {
        var path = Path.Combine(directory, "generation_config.json");
        var field = (File.Exists(path) ? JsonField.Load(path).Optional("eos_token_id") : null) ?? text.Optional("eos_token_id");
        if (field is not { } eos) return [2];
        return eos.Element.ValueKind == JsonValueKind.Array
            ? [.. eos.Items().Select(item => item.Integer(0, int.MaxValue))]
            : [eos.Integer(0, int.MaxValue)];
    }
}
