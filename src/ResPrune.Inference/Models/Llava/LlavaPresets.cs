using System.Text.Json.Nodes;
using ResPrune.Inference.RandomWeights;

namespace ResPrune.Inference.Models.Llava;

/// <summary>Published checkpoints with LLaVA's layout of config and tokenizer.</summary>
internal static class LlavaPresets
{
    /// <summary>Those of LLaVA-1.5.</summary>
    public static IReadOnlyList<ModelPreset> All { get; } = [Create("llava-1.5-7b", "Llava")];

    /// <summary>A preset of this family or of one that shares its config's fields.</summary>
    public static ModelPreset Create(string name, string folder) => new(name, folder, followsThePicture: false, Cut, Tokenizer);

    private static void Cut(JsonObject config, int layers, int visionLayers)
    {
        config["text_config"]!["num_hidden_layers"] = layers;
        config["vision_config"]!["num_hidden_layers"] = visionLayers;
    }

    /// <summary>The bundled model's SentencePiece-style tokenizer, its placeholder moved to where a published vocabulary has it.</summary>
    private static JsonObject Tokenizer(JsonObject config)
    {
        var tokenizer = ModelPreset.Read("ResPrune.Inference.Models.Llava.Presets.tokenizer.json");
        var image = config["image_token_index"]!.GetValue<int>();
        foreach (var token in tokenizer["added_tokens"]!.AsArray())
        {
            // Published: the placeholder, and beside it the padding.
            if (token!["content"]!.GetValue<string>() == "<image>") token["id"] = image;
            if (token["content"]!.GetValue<string>() == "<pad>") token["id"] = image + 1;
        }

        return tokenizer;
    }
}
