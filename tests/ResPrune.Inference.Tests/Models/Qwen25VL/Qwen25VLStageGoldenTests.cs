using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Models.Qwen25VL;
using ResPrune.Inference.Tests.Engine;
using ResPrune.Inference.Weights;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models.Qwen25VL;

/// <summary>Every stage of the model against Hugging Face transformers, in float32, relative to the largest reference value.</summary>
[Trait("Category", "Golden")]
[Collection(nameof(TensorCounting))]
public sealed class Qwen25VLStageGoldenTests(ITestOutputHelper output)
{
    public static TheoryData<string> Models => GoldenModel.Folders(Qwen25VLConfig.ModelType);

    [Theory]
    [MemberData(nameof(Models))]
    public void EveryStageEqualsTransformers(string directory)
    {
        var golden = new GoldenModel(directory);
        var checkpoint = golden.Open();
        using var loaded = CheckpointModel.Load(checkpoint, CPU, RunningDType.Float32);
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        foreach (var reference in golden.Cases)
        {
            var image = Assert.IsType<PatchGridImage>(golden.Image(reference));
            Assert.Equal([1, image.Grid.Rows, image.Grid.Columns], reference.GetProperty("image_grid_thw")[0].EnumerateArray().Select(size => size.GetInt32()));
            var embedding = Assert.Single(loaded.Model.Encode([image]));
            Assert.Null(embedding.SeedScores);
            golden.Check(reference, "visual_tokens", embedding.Tokens, output);
            LanguageStages.Check(golden, reference, checkpoint, loaded.Model.Language, image.Layout, embedding.Tokens, output);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void PicturesSideBySideEqualThemselvesAlone(string directory)
    {
        var golden = new GoldenModel(directory);
        using var loaded = CheckpointModel.Load(golden.Open(), CPU, RunningDType.Float32);
        using var inference = inference_mode();
        using var scope = NewDisposeScope();

        // Twice, so that pictures of one size lie apart.
        var references = golden.Cases.Concat(golden.Cases).ToArray();
        var together = loaded.Model.Encode([.. references.Select(golden.Image)]);
        Assert.Equal(references.Length, together.Count);
        for (var i = 0; i < references.Length; i++) golden.Check(references[i], "visual_tokens", together[i].Tokens, output);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void PositionsEqualTheReference(string directory)
    {
        var golden = new GoldenModel(directory);
        var checkpoint = golden.Open();
        using var scope = NewDisposeScope();
        foreach (var reference in golden.Cases)
        {
            var layout = golden.Image(reference).Layout;
            var ids = GoldenModel.Ints(reference, "prompt_ids");
            var positions = PromptPositions.Of(
                Array.IndexOf(ids, checkpoint.ImageTokenId), ids.Length - 1, layout, [.. Enumerable.Range(0, layout.Tokens)]);
            golden.Check(reference, "position_ids", PromptPositions.Pack([positions], CPU).to(ScalarType.Float32), output);

            // What transformers adds to the number of tokens so far to get the next position.
            var length = ids.Length - 1 + layout.Tokens;
            Assert.Equal(reference.GetProperty("input_ids_length").GetInt32(), length);
            Assert.Equal(reference.GetProperty("rope_delta").GetInt32(), positions.Next - length);
        }
    }
}
