using System.Text.Json;
using ResPrune.Inference.Models;
using ResPrune.Inference.Models.LlavaNext;
using ResPrune.Inference.Tests.Engine;
using ResPrune.Inference.Weights;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models.LlavaNext;

/// <summary>Every stage of the model against Hugging Face transformers, in float32, relative to the largest reference value.</summary>
[Trait("Category", "Golden")]
[Collection(nameof(TensorCounting))]
public sealed class LlavaNextStageGoldenTests(ITestOutputHelper output)
{
    public static TheoryData<string> Models => GoldenModel.Folders(LlavaNextConfig.ModelType);

    [Theory]
    [MemberData(nameof(Models))]
    public void EveryStageEqualsTransformers(string directory)
    {
        var golden = new GoldenModel(directory);
        var checkpoint = golden.Open();
        using var loaded = CheckpointModel.Load(checkpoint, CPU, RunningDType.Float32);
        var model = Assert.IsType<LlavaNextModel>(loaded.Model);
        using var inference = inference_mode();
        foreach (var reference in golden.Cases)
        {
            using var scope = NewDisposeScope();
            var image = golden.Image(reference);
            var pixels = PixelTensors.From(image.Pixels);
            golden.Check(reference, "vision_hidden", model.Vision.Forward(pixels).Hidden, output);
            var (features, attention) = model.EncodeTiles(pixels);
            golden.Check(reference, "cls_attention", attention, output);
            golden.Check(reference, "projected", features, output);
            var embedding = Assert.Single(model.Encode([image]));
            golden.Check(reference, "visual_tokens", embedding.Tokens, output);
            LanguageStages.Check(golden, reference, checkpoint, model.Language, image.Layout, embedding.Tokens, output);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void PackedTokensComeFromWhereTransformersTakesThem(string directory)
    {
        var golden = new GoldenModel(directory);
        var processor = golden.Open().CreateImageProcessor(maxMegapixels: 100);
        var side = LlavaNextConfig.Read(directory).PatchesASide;
        foreach (var reference in golden.Cases)
        {
            var image = Assert.IsType<LlavaNextImage>(golden.Image(reference));
            var newline = image.Pixels.Shape[0] * side * side;
            var expected = reference.GetProperty("packed_sources").EnumerateArray()
                .Select(source => source.ValueKind == JsonValueKind.Null ? newline : (source[0].GetInt32() * side * side) + source[1].GetInt32());
            Assert.Equal(expected, image.Sources);

            // The size alone gives the same layout.
            var size = reference.GetProperty("image_sizes")[0].EnumerateArray().Select(pixels => pixels.GetInt32()).ToArray();
            Assert.True(processor.Layout(size[0], size[1], default).TryGet(out var layout, out var failure), failure?.Message);
            Assert.Equal(image.Layout.Tiles, layout.Tiles);
            Assert.Equal(image.Layout.Newlines, layout.Newlines);
            Assert.Equal(image.Layout.Tokens, layout.Tokens);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void EncodingLeavesNoTensorBehind(string directory)
    {
        var golden = new GoldenModel(directory);
        using var loaded = CheckpointModel.Load(golden.Open(), CPU, RunningDType.Float32);
        using var inference = inference_mode();
        var images = golden.Cases.Select(golden.Image).ToArray();
        Encode();
        var before = Tensor.TotalCount;
        Encode();
        Assert.Equal(before, Tensor.TotalCount);

        void Encode()
        {
            using var scope = NewDisposeScope();
            Assert.Equal(images.Length, loaded.Model.Encode(images).Count);
        }
    }
}
