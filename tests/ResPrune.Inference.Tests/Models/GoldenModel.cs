using System.Text.Json;
using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Weights;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models;

/// <summary>A reference checkpoint: its folder, its cases and their tensors.</summary>
internal sealed class GoldenModel(string directory)
{
    private const double Tolerance = 1e-4;

    public string Directory { get; } = directory;

    public string Name => Path.GetFileName(Directory);

    public IReadOnlyList<JsonElement> Cases { get; } =
        [.. GoldenData.Json("models", Path.GetFileName(directory), "expected", "cases.json").GetProperty("cases").EnumerateArray()];

    /// <summary>The folders of the reference checkpoints of one family, or of all that this build supports; xunit fails a theory that has none.</summary>
    public static TheoryData<string> Folders(string? modelType = null) =>
        [.. GoldenData.Folders("models").Where(ModelFamilies.Supports).Where(folder => modelType is null || ModelFamilies.Open(folder).ModelType == modelType)];

    /// <summary>The first reference checkpoint of a family.</summary>
    public static GoldenModel First(string modelType) => new(((IEnumerable<object[]>)Folders(modelType)).Select(row => (string)row[0]).First());

    /// <summary>Opens the checkpoint.</summary>
    public IModelCheckpoint Open() => ModelFamilies.Open(Directory);

    /// <summary>A reference tensor of a case.</summary>
    public Tensor Expected(JsonElement golden, string name)
    {
        var image = Path.GetFileNameWithoutExtension(golden.GetProperty("image").GetString()!);
        using var file = SafetensorsFile.Open(Path.Combine(Directory, "expected", image + ".safetensors"));
        using var stored = file.Read(file.Entries[name]);
        return stored.to(ScalarType.Float32);
    }

    /// <summary>What a reference selection keeps, newlines included, in raster order.</summary>
    public static int[] Kept(JsonElement pruned)
    {
        int[] kept = [.. Ints(pruned, "kept"), .. pruned.TryGetProperty("newline_positions", out _) ? Ints(pruned, "newline_positions") : []];
        return [.. kept.Distinct().Order()];
    }

    /// <summary>Compares with a reference tensor, relative to its largest value.</summary>
    public void Check(JsonElement golden, string name, Tensor actual, ITestOutputHelper output)
    {
        using var scope = NewDisposeScope();
        var expected = Expected(golden, name);
        Assert.Equal(expected.numel(), actual.numel());
        var difference = (actual.reshape(-1) - expected.reshape(-1)).abs().max().item<float>();
        var relative = difference / expected.abs().max().item<float>();
        output.WriteLine($"{Name} {golden.GetProperty("image")} {name}: {relative:E2}");
        Assert.True(relative <= Tolerance, $"{Name}, {golden.GetProperty("image")}: {name} differs by {relative:E2} of its largest value.");
    }

    public static int[] Ints(JsonElement parent, string name) => [.. parent.GetProperty(name).EnumerateArray().Select(item => item.GetInt32())];

    /// <summary>The case's picture through the checkpoint's own processor.</summary>
    public ImageInput Image(JsonElement golden)
    {
        var processor = Open().CreateImageProcessor(new EngineOptions { ModelDirectory = Directory }.MaxImageMegapixels);
        var file = File.ReadAllBytes(GoldenData.PathOf("images", golden.GetProperty("image").GetString()!));
        return processor.Process(file, default).TryGet(out var image, out var failure) ? image : throw new InvalidDataException(failure.Message);
    }
}
