using System.Text.Json.Nodes;
using ResPrune.Inference.RandomWeights;

namespace ResPrune.Cli.Tests.RandomModels;

/// <summary>Presets with their vocabulary and structure, and widths that a test can write: some megabytes instead of gigabytes.</summary>
internal static class SmallPreset
{
    private const int TextWidth = 64;
    private const int TileSide = 56;

    /// <summary>The files of a narrow model of the same family.</summary>
    public static PresetFiles Of(ModelPreset preset)
    {
        var files = preset.Files(layers: 2, visionLayers: 3);
        var text = files.Config["text_config"]?.AsObject() ?? files.Config;
        Set(text, ("hidden_size", TextWidth), ("intermediate_size", 96), ("num_attention_heads", 4), ("num_key_value_heads", 2));
        if (text["rope_scaling"] is { } rope) rope["mrope_section"] = new JsonArray(2, 3, 3);
        var vision = files.Config["vision_config"]!.AsObject();
        Set(vision, ("hidden_size", 32), ("intermediate_size", 48), ("num_attention_heads", 2), ("num_heads", 2), ("image_size", TileSide));
        if (vision.ContainsKey("out_hidden_size")) vision["out_hidden_size"] = TextWidth;
        foreach (var settings in (JsonObject[])[files.Config, files.Preprocessor])
        {
            if (settings.ContainsKey("image_grid_pinpoints"))
                settings["image_grid_pinpoints"] = new JsonArray(new JsonArray(TileSide, 2 * TileSide), new JsonArray(2 * TileSide, TileSide));
        }

        if (files.Preprocessor.ContainsKey("crop_size"))
        {
            files.Preprocessor["crop_size"] = new JsonObject { ["height"] = TileSide, ["width"] = TileSide };
            files.Preprocessor["size"] = new JsonObject { ["shortest_edge"] = TileSide };
        }

        if (files.Preprocessor.ContainsKey("max_pixels")) files.Preprocessor["max_pixels"] = 4 * TileSide * TileSide;
        return files;
    }

    private static void Set(JsonObject settings, params IEnumerable<(string Name, int Value)> fields)
    {
        foreach (var (name, value) in fields) settings[name] = value;
    }
}
