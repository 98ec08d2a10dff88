using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Models.LlavaNext;

/// <summary>
/// <c>preprocessor_config.json</c> of LLaVA-NeXT's image processor; a field that is absent has the default of transformers'
/// <c>image_processing_llava_next.py</c>. <c>do_pad</c> means nothing for a picture on its own: it pads batches with empty tiles.
/// </summary>
internal sealed record AnyResProcessorConfig
{
    /// <summary>Resolutions of one checkpoint; published ones have five.</summary>
    private const int MaxPinpoints = 256;

    /// <summary>Tiles of one resolution: 64 CLIP tiles of 336 pixels are 22 million pixels and 37,000 visual tokens.</summary>
    private const int MaxTiles = 64;

    private const int MaxSide = 16384;

    private static readonly string[] Types =
        ["LlavaNextImageProcessor", "LlavaNextImageProcessorFast", "LlavaNextImageProcessorPil"];

    /// <summary>Filter, rescaling, mean and standard deviation.</summary>
    public required ImageProcessorConfig Pixels { get; init; }

    /// <summary>Pixels of a tile's side.</summary>
    public required int TileSide { get; init; }

    /// <summary>Heights and widths that pictures are fitted into; multiples of <see cref="TileSide"/>.</summary>
    public required IReadOnlyList<(int Height, int Width)> Pinpoints { get; init; }

    /// <summary>True when the image processor a file names is this one.</summary>
    /// <exception cref="ModelLoadException">The file is missing or malformed.</exception>
    public static bool Supports(JsonField root) => Types.Contains(ImageProcessorConfig.TypeOf(root).Text());

    /// <summary>Reads what <see cref="ImageProcessorFile"/> found.</summary>
    /// <exception cref="ModelLoadException">It is malformed, or asks for tiles that are not one square size.</exception>
    public static AnyResProcessorConfig ReadProcessor(JsonField root)
    {
        var type = ImageProcessorConfig.TypeOf(root);
        if (!Types.Contains(type.Text())) throw type.Invalid($"an image processor of LLaVA-NeXT ({string.Join(", ", Types)})");
        var pixels = ImageProcessorConfig.Read(root, mayPad: false);
        var side = pixels.ShortestEdge ?? pixels.ResizeTo!.Value.Height;
        if (pixels.ResizeTo is { } exact && exact != (side, side)) throw root.Refuse("size", $"is {exact.Width}×{exact.Height}; tiles must be square");

        // The file's crop also is the tile's side when nothing is to be cropped.
        var crop = root.Optional("crop_size") is { } field ? ImageProcessorConfig.ReadCrop(field) : new ImageProcessorConfig().Crop!.Value;
        if (crop != (side, side))
            throw root.Refuse("crop_size", $"is {crop.Width}×{crop.Height} where size makes pictures of {side}×{side}; both must be the tile's");
        return new AnyResProcessorConfig { Pixels = pixels, TileSide = side, Pinpoints = ReadPinpoints(root, side) };
    }

    /// <summary>Reads <c>image_grid_pinpoints</c>, which <c>config.json</c> holds as well.</summary>
    /// <param name="root">The file.</param>
    /// <param name="side">Pixels of a tile's side.</param>
    /// <exception cref="ModelLoadException">It is malformed, not made of whole tiles, or makes too many.</exception>
    public static IReadOnlyList<(int Height, int Width)> ReadPinpoints(JsonField root, int side)
    {
        const string Name = "image_grid_pinpoints";
        if (root.Optional(Name) is not { } list)
        {
            return side == 336
                ? [(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)]
                : throw root.Refuse(Name, $"is missing; its default is for tiles of 336 pixels, not {side}");
        }

        var pinpoints = new List<(int Height, int Width)>();
        foreach (var item in list.Items())
        {
            if (pinpoints.Count == MaxPinpoints) throw root.Refuse(Name, $"holds more than {MaxPinpoints} resolutions");
            var sides = item.Items().Take(3).Select(pixels => pixels.Integer(1, MaxSide)).ToArray();
            if (sides is not [var height, var width]) throw item.Invalid("a height and a width");
            if (height % side != 0 || width % side != 0) throw item.Invalid($"multiples of the tile's side {side}");
            if ((height / side) * (width / side) > MaxTiles) throw item.Invalid($"at most {MaxTiles} tiles of {side}×{side}");
            pinpoints.Add((height, width));
        }

        return pinpoints.Count > 0 ? pinpoints : throw list.Invalid("at least one height and width");
    }
}
