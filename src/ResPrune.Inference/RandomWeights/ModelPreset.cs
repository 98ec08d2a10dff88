using System.Reflection;
using System.Text.Json.Nodes;

namespace ResPrune.Inference.RandomWeights;

/// <summary>
/// A published checkpoint without its weights: its own <c>config.json</c>, <c>preprocessor_config.json</c> and <c>generation_config.json</c>, kept
/// beside its family's code.
/// </summary>
public sealed class ModelPreset
{
    private readonly string _resource;
    private readonly Action<JsonObject, int, int> _cut;
    private readonly Func<JsonObject, JsonObject> _tokenizer;

    /// <param name="name">What it is called on the command line; also the name of its file.</param>
    /// <param name="folder">Folder of the family under <c>Models</c>.</param>
    /// <param name="followsThePicture">Whether the family's resolution follows the picture.</param>
    /// <param name="cut">Sets the decoder's and the encoder's layers in a config.</param>
    /// <param name="tokenizer">Makes a small <c>tokenizer.json</c> with the ids that a config names.</param>
    internal ModelPreset(string name, string folder, bool followsThePicture, Action<JsonObject, int, int> cut, Func<JsonObject, JsonObject> tokenizer)
    {
        Name = name;
        FollowsThePicture = followsThePicture;
        _resource = $"ResPrune.Inference.Models.{folder}.Presets.{name}.json";
        _cut = cut;
        _tokenizer = tokenizer;
        var file = Read(_resource);
        Layers = file["layers"]!.GetValue<int>();
        VisionLayers = file["vision_layers"]!.GetValue<int>();
    }

    /// <summary>What it is called on the command line, such as <c>llava-1.5-7b</c>.</summary>
    public string Name { get; }

    /// <summary>Layers of its decoder.</summary>
    public int Layers { get; }

    /// <summary>Layers of its vision encoder.</summary>
    public int VisionLayers { get; }

    /// <summary>Whether larger pictures have more visual tokens, within bounds that a job may set.</summary>
    public bool FollowsThePicture { get; }

    /// <summary>Its files, with fewer layers where asked for.</summary>
    /// <param name="layers">Decoder layers, at least 1.</param>
    /// <param name="visionLayers">Encoder layers, at least 2: LLaVA's features come from the last but one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many.</exception>
    public PresetFiles Files(int layers, int visionLayers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(layers, Layers);
        ArgumentOutOfRangeException.ThrowIfLessThan(visionLayers, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(visionLayers, VisionLayers);
        var file = Read(_resource);
        var config = file["config"]!.DeepClone().AsObject();
        _cut(config, layers, visionLayers);
        return new PresetFiles(
            config, file["preprocessor_config"]!.DeepClone().AsObject(), file["generation_config"]!.DeepClone().AsObject(), _tokenizer(config));
    }

    /// <summary>A JSON file that is built into this assembly.</summary>
    internal static JsonObject Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not built in.");
        return JsonNode.Parse(stream)!.AsObject();
    }
}
