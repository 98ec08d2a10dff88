using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.LlavaNext;
using ResPrune.Inference.Models.Qwen25VL;
using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Tests.Processing;

/// <summary>An image processor as its <c>preprocessor_config.json</c> alone describes it, whatever its family.</summary>
/// <param name="Pixels">Mean, standard deviation and rescaling.</param>
/// <param name="Process">From a file to what the vision encoder takes.</param>
/// <param name="ChannelOf">The channel of a value by its index in the values of a shape.</param>
internal sealed record GoldenProcessor(
    ImageProcessorConfig Pixels, Func<byte[], InputResult<PixelValues>> Process, Func<PixelValues, int, int> ChannelOf)
{
    public static readonly double MaxMegapixels = new EngineOptions { ModelDirectory = "" }.MaxImageMegapixels;

    /// <summary>The processors of this product: whether a file names it, and how to make it.</summary>
    private static readonly (Func<JsonField, bool> Supports, Func<string, GoldenProcessor> Open)[] Known =
    [
        (ImageProcessorConfig.Supports, OpenClip),
        (AnyResProcessorConfig.Supports, OpenAnyRes),
        (Qwen25VLImageProcessorConfig.Supports, OpenPatches),
    ];

    public static bool Supports(string path) => Known.Any(known => known.Supports(JsonField.Load(path)));

    public static GoldenProcessor Open(string path) => Known.First(known => known.Supports(JsonField.Load(path))).Open(path);

    private static GoldenProcessor OpenClip(string path)
    {
        var config = ImageProcessorConfig.ReadProcessor(JsonField.Load(path));
        return new GoldenProcessor(config, file => new ImageProcessor(config, MaxMegapixels).Process(file), PlaneOf);
    }

    private static GoldenProcessor OpenAnyRes(string path)
    {
        var config = AnyResProcessorConfig.ReadProcessor(JsonField.Load(path));
        return new GoldenProcessor(config.Pixels, Cut, PlaneOf);

        InputResult<PixelValues> Cut(byte[] file)
        {
            if (!new ImageDecoder(MaxMegapixels).Decode(file).TryGet(out var image, out var failure)) return failure;
            using (image) return new AnyResTiler(config).Cut(image);
        }
    }

    private static GoldenProcessor OpenPatches(string path)
    {
        var config = Qwen25VLImageProcessorConfig.ReadProcessor(JsonField.Load(path));
        var processor = new Qwen25VLImageProcessor(config, MaxMegapixels);

        // [patches, channels · frames · side · side]
        return new GoldenProcessor(
            config.Pixels,
            file => processor.Process(file, default).TryGet(out var image, out var failure) ? image.Pixels : failure,
            (values, index) => index % values.Shape[1] / (values.Shape[1] / PixelValues.Channels));
    }

    /// <summary>The plane of a value in [..., 3, H, W].</summary>
    private static int PlaneOf(PixelValues values, int index) => index / (values.Shape[^1] * values.Shape[^2]) % PixelValues.Channels;
}
