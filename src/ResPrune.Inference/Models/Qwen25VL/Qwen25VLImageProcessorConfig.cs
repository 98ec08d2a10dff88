using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>
/// <c>preprocessor_config.json</c> of Qwen2.5-VL; a field that is absent has the default of transformers' <c>image_processing_qwen2_vl.py</c>.
/// </summary>
internal sealed record Qwen25VLImageProcessorConfig
{
    private static readonly string[] Types =
        ["Qwen2VLImageProcessor", "Qwen2VLImageProcessorFast", "Qwen2_5_VLImageProcessor", "Qwen2_5_VLImageProcessorFast"];

    /// <summary>How bytes become values, and the filter of the resize.</summary>
    public required ImageProcessorConfig Pixels { get; init; }

    /// <summary>Smaller pictures are enlarged to as many pixels. Default 56·56.</summary>
    public required int MinPixels { get; init; }

    /// <summary>Larger pictures are reduced to as many pixels. Default 28·28·1280.</summary>
    public required int MaxPixels { get; init; }

    /// <summary>Pixels along a side of a patch. Default 14.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Frames of a patch; a still picture fills all of them. Default 2.</summary>
    public required int TemporalPatchSize { get; init; }

    /// <summary>Patches along a side of what becomes one visual token. Default 2.</summary>
    public required int MergeSize { get; init; }

    /// <summary>Reads what <see cref="ImageProcessorFile"/> found.</summary>
    /// <exception cref="ModelLoadException">It is malformed, or describes a processor that is not implemented.</exception>
    public static Qwen25VLImageProcessorConfig ReadProcessor(JsonField root)
    {
        var type = ImageProcessorConfig.TypeOf(root);
        if (!Types.Contains(type.Text())) throw type.Invalid($"an image processor of this family ({string.Join(", ", Types)})");
        if (!root.Boolean("do_resize", true)) throw root.Refuse("do_resize", "is false; supported is true (sides must be whole numbers of patches)");
        var config = new Qwen25VLImageProcessorConfig
        {
            Pixels = ImageProcessorConfig.ReadPixels(root),
            MinPixels = ReadBound(root, "min_pixels", "shortest_edge", 56 * 56),
            MaxPixels = ReadBound(root, "max_pixels", "longest_edge", 28 * 28 * 1280),
            PatchSize = root.Size("patch_size", 14),
            TemporalPatchSize = root.Size("temporal_patch_size", 2),
            MergeSize = root.Size("merge_size", 2),
        };
        if (config.MinPixels > config.MaxPixels)
            throw root.Refuse("min_pixels", $"is {config.MinPixels}, more than max_pixels {config.MaxPixels}");
        return config;
    }

    /// <summary>True when a file names an image processor of this family.</summary>
    /// <exception cref="ModelLoadException">The file is missing or malformed.</exception>
    public static bool Supports(JsonField root) => Types.Contains(ImageProcessorConfig.TypeOf(root).Text());

    /// <summary>Published files have the field at the root, newer ones in <c>size</c> under the name of an edge; both count pixels.</summary>
    private static int ReadBound(JsonField root, string name, string edge, int defaultValue)
    {
        var size = root.Optional("size");
        return (root.Optional(name) ?? size?.Optional(name) ?? size?.Optional(edge))?.Integer(1, int.MaxValue) ?? defaultValue;
    }
}
