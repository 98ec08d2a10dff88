using System.Text.Json;
using ResPrune.Inference.Models;
using ResPrune.Inference.Weights;
using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Tests.Engine;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models;

/// <summary>Every stage of the model against Hugging Face transformers, in float32, relative to the largest reference value.</summary>
[Trait("Category", "Golden")]
[Collection(nameof(TensorCounting))]
public sealed class LlavaStageGoldenTests(ITestOutputHelper output)
{
    public static TheoryData<string> Models => GoldenModel.Folders(LlavaConfig.ModelType);

    [Theory]
    [MemberData(nameof(Models))]
    public void EveryStageEqualsTransformers(string directory)
    {
        var golden = new GoldenModel(directory);
        using var loaded = CheckpointModel.Load(golden.Open(), CPU, RunningDType.Float32);
        var model = Assert.IsType<LlavaModel>(loaded.Model);
        using var inference = inference_mode();
        foreach (var reference in golden.Cases)
        {
            using var scope = NewDisposeScope();
            var pixels = PixelTensors.From(golden.Image(reference).Pixels).unsqueeze(0);
            var features = model.Vision.Forward(pixels);
            var (tokens, attention) = model.Encode(pixels);
            Check(golden, reference, "vision_hidden", features.Hidden);
            Check(golden, reference, "cls_attention", attention);
            Check(golden, reference, "projected", tokens);
            Check(golden, reference, "visual_tokens", tokens.squeeze(0));

            LanguageStages.Check(golden, reference, golden.Open(), model.Language, VisualLayout.OneTile((int)tokens.size(1)), tokens.squeeze(0), output);
        }
    }

    private void Check(GoldenModel golden, JsonElement reference, string name, Tensor actual) => golden.Check(reference, name, actual, output);
}
