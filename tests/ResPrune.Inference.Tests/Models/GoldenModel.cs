using System.Text.Json;
using ResPrune.Golden;
using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models;

/// <summary>A reference checkpoint: its folder, its cases and their tensors.</summary>
internal sealed class GoldenModel(string directory)
{
    public string Directory { get; } = directory;

    public string Name => Path.GetFileName(Directory);

    public IReadOnlyList<JsonElement> Cases { get; } =
        [.. GoldenData.Json("models", Path.GetFileName(directory), "expected", "cases.json").GetProperty("cases").EnumerateArray()];

    /// <summary>The reference checkpoints of the families this build supports; at least one.</summary>
    public static IReadOnlyList<GoldenModel> All()
    {
        var models = GoldenData.Folders("models").Where(IsSupported).Select(folder => new GoldenModel(folder)).ToArray();
        return models.Length > 0 ? models : throw new InvalidOperationException("The reference set holds no model of a supported family.");
    }

    /// <summary>A reference tensor of a case.</summary>
    public Tensor Expected(JsonElement golden, string name)
    {
        var image = Path.GetFileNameWithoutExtension(golden.GetProperty("image").GetString()!);
        using var file = SafetensorsFile.Open(Path.Combine(Directory, "expected", image + ".safetensors"));
        using var stored = file.Read(file.Entries[name]);
        return stored.to(ScalarType.Float32);
    }

    public static int[] Ints(JsonElement parent, string name) => [.. parent.GetProperty(name).EnumerateArray().Select(item => item.GetInt32())];

    public static ImageProcessor LoadImageProcessor(string directory) =>
        new(ImageProcessorConfig.Load(Path.Combine(directory, "preprocessor_config.json")), new EngineOptions { ModelDirectory = directory }.MaxImageMegapixels);

    public static PixelValues Pixels(ImageProcessor processor, JsonElement golden)
    {
        var file = File.ReadAllBytes(GoldenData.PathOf("images", golden.GetProperty("image").GetString()!));
        return processor.Process(file).TryGet(out var pixels, out var failure) ? pixels : throw new InvalidDataException(failure.Message);
    }

    private static bool IsSupported(string folder) =>
        ModelFamilies.Supported.Contains(JsonField.Load(Path.Combine(folder, "config.json")).Text("model_type", string.Empty));
}
