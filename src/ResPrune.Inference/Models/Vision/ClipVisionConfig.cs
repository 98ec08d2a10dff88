using ResPrune.Inference.Checkpoints;

namespace ResPrune.Inference.Models.Vision;

/// <summary>Shape of a CLIP vision transformer. Defaults: HF <c>CLIPVisionConfig</c>.</summary>
internal sealed record ClipVisionConfig
{
    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int Channels { get; init; }

    public required int ImageSize { get; init; }

    public required int PatchSize { get; init; }

    public required double LayerNormEpsilon { get; init; }

    public required string Activation { get; init; }

    /// <summary>Patches of one picture.</summary>
    public int Patches => (ImageSize / PatchSize) * (ImageSize / PatchSize);

    /// <summary>The same in the words of all families.</summary>
    public EncoderShape Shape => new()
    {
        Layers = Layers,
        HiddenSize = HiddenSize,
        IntermediateSize = IntermediateSize,
        Heads = Heads,
        PatchSize = PatchSize,
        PatchesPerTile = Patches,
        PatchesPerToken = 1,
    };

    public static ClipVisionConfig Read(JsonField json)
    {
        var modelType = json.Text("model_type", "clip_vision_model");
        if (modelType != "clip_vision_model") throw json.Refuse("model_type", $"is '{modelType}'; supported is 'clip_vision_model'");
        var config = new ClipVisionConfig
        {
            HiddenSize = json.Size("hidden_size", 768),
            IntermediateSize = json.Size("intermediate_size", 3072),
            Layers = json.Size("num_hidden_layers", 12),
            Heads = json.Size("num_attention_heads", 12),
            Channels = json.Size("num_channels", 3),
            ImageSize = json.Size("image_size", 224),
            PatchSize = json.Size("patch_size", 32),
            LayerNormEpsilon = json.Number("layer_norm_eps", 1e-5),
            Activation = json.Text("hidden_act", "quick_gelu"),
        };
        if (config.HiddenSize % config.Heads != 0)
            throw json.Refuse("num_attention_heads", $"is {config.Heads}, which does not divide hidden_size {config.HiddenSize}");
        if (config.Channels != 3) throw json.Refuse("num_channels", $"is {config.Channels}; supported is 3");
        if (config.ImageSize % config.PatchSize != 0)
            throw json.Refuse("patch_size", $"is {config.PatchSize}, which does not divide image_size {config.ImageSize}");
        if (config.Activation is not ("quick_gelu" or "gelu"))
            throw json.Refuse("hidden_act", $"is '{config.Activation}'; supported are 'quick_gelu' and 'gelu'");
        return config;
    }
}
