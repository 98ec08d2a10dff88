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

    /// <summary>What <c>generation_config.json</c> says.</summary>
    public GenerationConfig Generation { get; init; } = new();

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
        var language = DecoderConfig.Read(text) with { TieWordEmbeddings = DecoderConfig.ReadTie(root, text) };
        var generation = GenerationConfig.Read(directory, language.VocabularySize);
        var config = new LlavaConfig
        {
            Vision = tower,
            Text = language,
            ImageTokenId = (root.Optional("image_token_id") ?? root.Optional("image_token_index"))?.Integer(int.MinValue, int.MaxValue) ?? 32000,
            VisionFeatureLayer = root.Optional("vision_feature_layer")?.Integer(-tower.Layers, -1) ?? -2,
            ProjectorBias = root.Boolean("multimodal_projector_bias", true),
            EosTokenIds = generation.EosTokenIds ?? GenerationConfig.ReadEos(text) ?? [2], // before the text config, as in transformers
            Generation = generation,
        };
        config.Text.RequireRow(root, root.Optional("image_token_id") is null ? "image_token_index" : "image_token_id", config.ImageTokenId);
        return config;
    }
}
