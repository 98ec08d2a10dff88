using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>Shape of Qwen2.5-VL's vision transformer. Defaults: HF <c>Qwen2_5_VLVisionConfig</c>.</summary>
internal sealed record Qwen25VLVisionConfig
{
    public required int Layers { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int Heads { get; init; }

    /// <summary>Width of what the merger gives: the language model's.</summary>
    public required int OutputSize { get; init; }

    /// <summary>Pixels along a side of a patch.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Frames of a patch; a still picture fills all of them.</summary>
    public required int TemporalPatchSize { get; init; }

    /// <summary>Patches along a side of what becomes one visual token.</summary>
    public required int MergeSize { get; init; }

    /// <summary>Visual tokens along a side of an attention window.</summary>
    public required int WindowSide { get; init; }

    /// <summary>Layers that see the whole picture.</summary>
    public required IReadOnlySet<int> FullAttentionLayers { get; init; }

    public required double RopeTheta { get; init; }

    /// <summary>Values of a flattened patch: channels, frames, rows, columns.</summary>
    public int PatchValues => 3 * TemporalPatchSize * PatchSize * PatchSize;

    /// <summary>Pixels along a side of what becomes one visual token.</summary>
    public int UnitSize => PatchSize * MergeSize;

    /// <summary>Reads a <c>vision_config</c>.</summary>
    /// <exception cref="ModelLoadException">A field is malformed, or asks for something this runtime does not do.</exception>
    public static Qwen25VLVisionConfig Read(JsonField json)
    {
        var activation = json.Text("hidden_act", "silu");
        if (activation != "silu") throw json.Refuse("hidden_act", $"is '{activation}'; supported is 'silu'");
        var config = new Qwen25VLVisionConfig
        {
            Layers = json.Size("depth", 32),
            HiddenSize = json.Size("hidden_size", 3584),
            IntermediateSize = json.Size("intermediate_size", 3420),
            Heads = json.Size("num_heads", 16),
            OutputSize = json.Size("out_hidden_size", 3584),
            PatchSize = json.Size("patch_size", 14),
            TemporalPatchSize = json.Size("temporal_patch_size", 2),
            MergeSize = json.Size("spatial_merge_size", 2),
            WindowSide = json.Size("window_size", 112) / json.Size("spatial_merge_size", 2) / json.Size("patch_size", 14),
            FullAttentionLayers = ReadLayers(json),
            RopeTheta = json.Optional("rope_parameters")?.Number("rope_theta", 10000) ?? 10000,
        };
        Check(json, config);
        return config;
    }

    private static HashSet<int> ReadLayers(JsonField json) =>
        json.Optional("fullatt_block_indexes") is { } layers
            ? layers.Items().Select(layer => layer.Integer(0, int.MaxValue)).ToHashSet()
            : [7, 15, 23, 31];

    private static void Check(JsonField json, Qwen25VLVisionConfig config)
    {
        foreach (var channels in (ReadOnlySpan<string>)["in_channels", "in_chans"])
        {
            if (json.Size(channels, 3) is not 3 and var count) throw json.Refuse(channels, $"is {count}; supported is 3");
        }

        if (json.Size("spatial_patch_size", config.PatchSize) != config.PatchSize)
            throw json.Refuse("spatial_patch_size", $"differs from patch_size {config.PatchSize}; supported is the same");
        if (config.HiddenSize % (4 * config.Heads) != 0)
            throw json.Refuse("num_heads", $"is {config.Heads}: heads of hidden_size {config.HiddenSize} must be multiples of 4 wide");
        if (config.WindowSide < 1)
            throw json.Refuse("window_size", $"is smaller than the {config.UnitSize} pixels that become one visual token");
        if (config.FullAttentionLayers.Any(layer => layer >= config.Layers))
            throw json.Refuse("fullatt_block_indexes", $"names layers beyond depth {config.Layers}");
    }
}
