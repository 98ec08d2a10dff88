using ResPrune.Inference.Models;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Tests.Engine;
using ResPrune.Inference.Weights;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models;

/// <summary>
/// Weights that stay in half precision and are widened when they are used give the reference's float32 numbers: a bfloat16 or float16 weight is
/// exactly a float32 one.
/// </summary>
[Trait("Category", "Golden")]
[Collection(nameof(TensorCounting))]
public sealed class NarrowWeightsGoldenTests(ITestOutputHelper output)
{
    /// <summary>Reference checkpoints that are stored in half precision.</summary>
    public static TheoryData<string> Models =>
        [.. ((IEnumerable<object[]>)GoldenModel.Folders()).Select(row => (string)row[0]).Where(folder => CheckpointFiles.SizesOf(folder) is { Float32: 0, Float64: 0 })];

    [Theory]
    [MemberData(nameof(Models))]
    public void LogitsEqualTransformers(string directory)
    {
        var golden = new GoldenModel(directory);
        var checkpoint = golden.Open();
        var sizes = CheckpointFiles.SizesOf(directory);
        using var narrow = CheckpointModel.Load(checkpoint, CPU, new RunningDType(ScalarType.Float32, sizes.StoredHalf));
        using var inference = inference_mode();
        Assert.InRange(narrow.Loading.WeightBytes, 2 * sizes.Count, 3 * sizes.Count);
        foreach (var reference in golden.Cases)
        {
            using var scope = NewDisposeScope();
            var image = golden.Image(reference);
            var tokens = Assert.Single(narrow.Model.Encode([image])).Tokens;
            Assert.Equal(ScalarType.Float32, tokens.dtype);
            var all = VisualSelection.KeepAll(image.Layout).Kept;
            var logits = LanguageStages.Prefill(narrow.Model.Language, checkpoint, reference, image.Layout, tokens, all, _ => { });
            golden.Check(reference, "logits_last", logits, output);
        }
    }
}
