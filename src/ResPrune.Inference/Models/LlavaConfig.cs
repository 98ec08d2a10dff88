using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Models.Vision;

namespace ResPrune.Inference.Models;

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

    /// <summary>True for <c>default</c> (patches only), false for <c>full</c> (class token kept).</summary>
    public required bool DropClassToken { get; init; }

    public required bool ProjectorBias { get; init; }

    /// <summary>Ids that end an answer.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <summary>Visual tokens of one picture.</summary>
    public int VisualTokens => Vision.Patches + (DropClassToken ? 0 : 1);

    /// <summary>Reads <c>config.json</c> and, when there is one, <c>generation_config.json</c> of a checkpoint folder.</summary>
    /// <exception cref="ModelLoadException">A file is absent or malformed, or asks for something this runtime does not do.</exception>
    public static LlavaConfig Read(string directory)
    {
        using var document = ConfigJson.Open(Path.Combine(directory, "config.json"));
        var root = document.Root;
        var text = root.Object("text_config") ?? throw root.Fault("text_config", "is missing: this is a text-only checkpoint; a LLaVA one is needed");
        var vision = root.Object("vision_config") ?? throw root.Fault("vision_config", "is missing: this is a text-only checkpoint; a LLaVA one is needed");
        var activation = root.String("projector_hidden_act", "gelu");
        if (activation != "gelu") throw root.Fault("projector_hidden_act", $"is '{activation}'; supported is 'gelu'");
        var strategy = root.String("vision_feature_select_strategy", "default");
        if (strategy is not ("default" or "full")) throw root.Fault("vision_feature_select_strategy", $"is '{strategy}'; supported are 'default' and 'full'");

        var config = new LlavaConfig
        {
            Vision = ClipVisionConfig.Read(vision),
            Text = DecoderConfig.ReadLlama(text),
            ImageTokenId = root.Has("image_token_id") ? root.Int("image_token_id", 32000) : root.Int("image_token_index", 32000),
            VisionFeatureLayer = root.Int("vision_feature_layer", -2),
            DropClassToken = strategy == "default",
            ProjectorBias = root.Bool("multimodal_projector_bias", true),
            EosTokenIds = ReadEos(directory, text),
        };
        if (config.VisionFeatureLayer >= 0 || -config.VisionFeatureLayer > config.Vision.Layers)
            throw root.Fault("vision_feature_layer", $"is {config.VisionFeatureLayer}; it must lie between -{config.Vision.Layers} and -1");
        if (config.ImageTokenId >= config.Text.VocabularySize)
            throw root.Fault("image_token_index", $"is {config.ImageTokenId}, outside the vocabulary of {config.Text.VocabularySize}");
        return config;
    }

    private static IReadOnlyList<int> ReadEos(string directory, ConfigJson text)
    {
        var path = Path.Combine(directory, "generation_config.json");
        if (!File.Exists(path)) return text.IntList("eos_token_id", 2);
        using var document = ConfigJson.Open(path);
        return document.Root.Has("eos_token_id") ? document.Root.IntList("eos_token_id", 2) : text.IntList("eos_token_id", 2);
    }
}
