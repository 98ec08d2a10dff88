using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Processing;

/// <summary>
/// <c>preprocessor_config.json</c> of the CLIP and LLaVA image processors; a field that is absent has the default of transformers'
/// <c>image_processing_clip.py</c> and <c>image_processing_llava.py</c>. The mode is always converted to RGB: the encoders take nothing else.
/// </summary>
internal sealed record ImageProcessorConfig
{
    private const int MaxSide = 16384;

    private static readonly Dictionary<string, bool> PadsByType = new(StringComparer.Ordinal)
    {
        ["CLIPFeatureExtractor"] = false,
        ["CLIPImageProcessor"] = false,
        ["CLIPImageProcessorFast"] = false,
        ["LlavaImageProcessor"] = true,
        ["LlavaImageProcessorFast"] = true,
    };

    /// <summary>Pad to a square with the mean colour first. Default false; CLIP's processor has no such step.</summary>
    public bool PadToSquare { get; init; }

    /// <summary>Resize at all. Default true.</summary>
    public bool Resize { get; init; } = true;

    /// <summary>Resize so that the shorter side has this many pixels; null resizes to <see cref="ResizeTo"/>. Default 224.</summary>
    public int? ShortestEdge { get; init; } = 224;

    /// <summary>Resize to exactly this height and width.</summary>
    public (int Height, int Width)? ResizeTo { get; init; }

    /// <summary>Default bicubic.</summary>
    public ResampleFilter Filter { get; init; } = ResampleFilter.Bicubic;

    /// <summary>Cut out, or pad with black to, the centre; null does neither. Default 224×224.</summary>
    public (int Height, int Width)? Crop { get; init; } = (224, 224);

    /// <summary>What a byte is multiplied with; 1 where rescaling is off. Default 1/255.</summary>
    public double RescaleFactor { get; init; } = 1.0 / 255;

    /// <summary>Per channel, subtracted after rescaling. Default OpenAI CLIP's.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0.48145466, 0.4578275, 0.40821073];

    /// <summary>Per channel, divided by after that. Default OpenAI CLIP's.</summary>
    public IReadOnlyList<double> StandardDeviation { get; init; } = [0.26862954, 0.26130258, 0.27577711];

    /// <summary>False leaves mean and standard deviation out (the mean still colours the padding). Default true.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>Height and width that every picture comes out with; null when these depend on the picture.</summary>
    public (int Height, int Width)? OutputSize => this switch
    {
        { Crop: { } crop } => crop,
        { Resize: true, ShortestEdge: null } => ResizeTo,
        { Resize: true, PadToSquare: true, ShortestEdge: { } edge } => (edge, edge),
        _ => null,
    };

    /// <summary>Reads what <see cref="ImageProcessorFile"/> found.</summary>
    /// <exception cref="ModelLoadException">It is malformed, or describes a processor that is not implemented.</exception>
    public static ImageProcessorConfig ReadProcessor(JsonField root)
    {
        var type = TypeOf(root);
        if (!PadsByType.TryGetValue(type.Text(), out var mayPad))
            throw type.Invalid($"an image processor that is implemented ({string.Join(", ", PadsByType.Keys)})");
        return Read(root, mayPad);
    }

    /// <summary>Reads the settings that the processors of all families built on CLIP's share.</summary>
    /// <param name="root">The file.</param>
    /// <param name="mayPad">Whether <c>do_pad</c> means padding to a square.</param>
    /// <exception cref="ModelLoadException">A field is malformed.</exception>
    public static ImageProcessorConfig Read(JsonField root, bool mayPad)
    {
        var defaults = new ImageProcessorConfig();
        var (shortestEdge, exact) = root.Optional("size") is { } size ? ReadSize(size) : (defaults.ShortestEdge, null);
        return ReadPixels(root) with
        {
            PadToSquare = mayPad && Flag(root, "do_pad", defaults.PadToSquare),
            Resize = Flag(root, "do_resize", defaults.Resize),
            ShortestEdge = shortestEdge,
            ResizeTo = exact,
            Crop = Flag(root, "do_center_crop", true) ? root.Optional("crop_size") is { } crop ? ReadCrop(crop) : defaults.Crop : null,
        };
    }

    /// <summary>Reads how bytes become values and the filter of the resize, which all image processors share; every size is the default.</summary>
    /// <exception cref="ModelLoadException">A field is malformed.</exception>
    public static ImageProcessorConfig ReadPixels(JsonField root)
    {
        var defaults = new ImageProcessorConfig();
        return new ImageProcessorConfig
        {
            Filter = root.Optional("resample") is { } resample ? ReadFilter(resample) : defaults.Filter,
            RescaleFactor = Flag(root, "do_rescale", true) ? root.Optional("rescale_factor")?.Number() ?? defaults.RescaleFactor : 1,
            Normalize = Flag(root, "do_normalize", defaults.Normalize),
            Mean = root.Optional("image_mean") is { } mean ? ReadChannels(mean) : defaults.Mean,
            StandardDeviation = root.Optional("image_std") is { } deviation ? ReadDeviations(deviation) : defaults.StandardDeviation,
        };
    }

    /// <summary>True when the image processor a file names is implemented.</summary>
    /// <exception cref="ModelLoadException">The file is missing or malformed.</exception>
    public static bool Supports(JsonField root) => PadsByType.ContainsKey(TypeOf(root).Text());

    /// <summary>The name of the processor; files older than transformers 4.26 have only the second field.</summary>
    /// <exception cref="ModelLoadException">Neither field is there.</exception>
    public static JsonField TypeOf(JsonField root) =>
        root.Optional("image_processor_type") ?? root.Optional("feature_extractor_type") ?? root["image_processor_type"];

    private static bool Flag(JsonField root, string name, bool defaultValue) => root.Optional(name)?.Boolean() ?? defaultValue;

    private static (int? ShortestEdge, (int Height, int Width)? Exact) ReadSize(JsonField size)
    {
        if (size.Element.ValueKind == System.Text.Json.JsonValueKind.Number) return (size.Integer(1, MaxSide), null);
        var keys = size.Members().Where(member => member.Value.Element.ValueKind != System.Text.Json.JsonValueKind.Null)
            .Select(member => member.Key).Order(StringComparer.Ordinal).ToArray();
        return keys switch
        {
            ["shortest_edge"] => (size["shortest_edge"].Integer(1, MaxSide), null),
            ["height", "width"] => (null, (size["height"].Integer(1, MaxSide), size["width"].Integer(1, MaxSide))),
            _ => throw size.Invalid("a number, shortest_edge alone, or height and width"),
        };
    }

    /// <summary>A number, or height and width.</summary>
    public static (int Height, int Width) ReadCrop(JsonField crop)
    {
        if (crop.Element.ValueKind != System.Text.Json.JsonValueKind.Number)
            return (crop["height"].Integer(1, MaxSide), crop["width"].Integer(1, MaxSide));
        var side = crop.Integer(1, MaxSide);
        return (side, side);
    }

    private static ResampleFilter ReadFilter(JsonField resample)
    {
        var filter = (ResampleFilter)resample.Integer(0, int.MaxValue);
        return Enum.IsDefined(filter) ? filter : throw resample.Invalid("0 (nearest), 1 (Lanczos), 2 (bilinear) or 3 (bicubic)");
    }

    private static double[] ReadChannels(JsonField field)
    {
        var values = field.Items().Select(item => item.Number()).ToArray();
        return values.Length == PixelValues.Channels ? values : throw field.Invalid("three numbers, for red, green and blue");
    }

    private static double[] ReadDeviations(JsonField field)
    {
        var values = ReadChannels(field);
        return Array.TrueForAll(values, value => value != 0) ? values : throw field.Invalid("three numbers other than zero");
    }
}
