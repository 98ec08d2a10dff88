using System.Text.Json;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Tests.Engine;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models;

/// <summary>Every stage of the model against Hugging Face transformers, in float32, relative to the largest reference value.</summary>
[Trait("Category", "Golden")]
[Collection(nameof(TensorCounting))]
public sealed class LlavaStageGoldenTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Models => [.. GoldenModel.All().Select(model => model.Directory)];

    [Theory]
    [MemberData(nameof(Models))]
    public void EveryStageEqualsTransformers(string directory)
    {
        var golden = new GoldenModel(directory);
        var config = LlavaConfig.Read(directory);
        using var model = LlavaModel.Load(directory, config, CPU, ScalarType.Float32, out _);
        var processor = GoldenModel.LoadImageProcessor(directory);
        using var inference = inference_mode();
        foreach (var reference in golden.Cases)
        {
            using var scope = NewDisposeScope();
            var pixels = MicroBatchRunner.PixelTensor(GoldenModel.Pixels(processor, reference)).unsqueeze(0);
            var features = model.Vision.Forward(pixels);
            var (tokens, attention) = model.Encode(pixels);
            Check(golden, reference, "vision_hidden", features.Hidden);
            Check(golden, reference, "cls_attention", attention);
            Check(golden, reference, "projected", tokens);
            Check(golden, reference, "visual_tokens", tokens.squeeze(0));

            var all = Enumerable.Range(0, (int)tokens.size(1)).ToArray();
            var last = Prefill(model, reference, tokens.squeeze(0), all, hidden => Check(golden, reference, "text_hidden_first_layer", hidden));
            Check(golden, reference, "logits_last", last);
            foreach (var pruned in reference.GetProperty("pruned").EnumerateArray())
            {
                var kept = GoldenModel.Ints(pruned, "kept");
                Check(golden, reference, $"pruned_{kept.Length}_logits_last", Prefill(model, reference, tokens.squeeze(0), kept, _ => { }));
            }
        }
    }

    private static Tensor Prefill(LlavaModel model, JsonElement reference, Tensor visualTokens, int[] kept, Action<Tensor> firstLayer)
    {
        using var scope = NewDisposeScope();
        var ids = GoldenModel.Ints(reference, "prompt_ids");
        var part = new PromptPart(ids, Array.IndexOf(ids, model.Config.ImageTokenId), visualTokens, kept);
        var embeds = new PromptEmbedder(model.Language).Pack([part]);
        var length = (int)embeds.size(0);
        using var cache = new KvCache(model.Config.Text, CPU, ScalarType.Float32);
        cache.Reserve(1, length);
        var hidden = model.Language.Forward(
            embeds,
            arange(length, dtype: ScalarType.Int64),
            new PrefillAttention(cache, [length]),
            (layer, stream) =>
            {
                if (layer == 0) firstLayer(stream);
            });
        return model.Language.Logits(hidden.narrow(0, length - 1, 1)).squeeze(0).MoveToOuterDisposeScope();
    }

    private void Check(GoldenModel golden, JsonElement reference, string name, Tensor actual)
    {
        using var scope = NewDisposeScope();
        var expected = golden.Expected(reference, name);
        Assert.Equal(expected.numel(), actual.numel());
        var difference = (actual.reshape(-1) - expected.reshape(-1)).abs().max().item<float>();
        var relative = difference / expected.abs().max().item<float>();
        output.WriteLine($"{golden.Name} {reference.GetProperty("image")} {name}: {relative:E2}");
        Assert.True(relative <= Tolerance, $"{golden.Name}, {reference.GetProperty("image")}: {name} differs by {relative:E2} of its largest value.");
    }
}
