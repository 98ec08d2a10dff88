using System.Text.Json;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Tests.Engine;
using ResPrune.Inference.Weights;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models;

/// <summary>
/// Every family in bfloat16 and float16 against itself in float32, step by step along the reference answers, so that one near tie does not hide all
/// that comes after it: the logits of every step, and the winners.
/// </summary>
[Trait("Category", "Golden")]
[Collection(nameof(TensorCounting))]
public sealed class HalfPrecisionGoldenTests(ITestOutputHelper output)
{
    private const float Tolerance = 2e-2f;

    public static TheoryData<string, ScalarType> Models
    {
        get
        {
            var models = new TheoryData<string, ScalarType>();
            foreach (var folder in (IEnumerable<object[]>)GoldenModel.Folders())
            {
                models.Add((string)folder[0], ScalarType.BFloat16);
                models.Add((string)folder[0], ScalarType.Float16);
            }

            return models;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void LogitsStayNearFloat32AndClearWinnersWin(string directory, ScalarType dtype)
    {
        var golden = new GoldenModel(directory);
        using var exact = CheckpointModel.Load(golden.Open(), CPU, RunningDType.Float32);
        using var half = CheckpointModel.Load(golden.Open(), CPU, new RunningDType(dtype));
        using var inference = inference_mode();
        var clear = 0;
        foreach (var reference in golden.Cases)
        {
            var image = golden.Image(reference);
            clear += Compare(golden, exact.Model, half.Model, image, reference, reference, VisualSelection.KeepAll(image.Layout).Kept);
            foreach (var pruned in reference.GetProperty("pruned").EnumerateArray())
                clear += Compare(golden, exact.Model, half.Model, image, reference, pruned, GoldenModel.Kept(pruned));
        }

        Assert.True(clear > 0, $"{golden.Name}: no reference margin exceeds the tolerance, so no id was compared.");
    }

    /// <summary>Returns the number of steps whose winner is clear.</summary>
    private int Compare(
        GoldenModel golden, IVisionLanguageModel exact, IVisionLanguageModel half, ImageInput image, JsonElement reference, JsonElement answer, int[] kept)
    {
        using var scope = NewDisposeScope();
        int[] prompt = GoldenModel.Ints(reference, "prompt_ids"), ids = GoldenModel.Ints(answer, "greedy_ids");
        var margins = answer.GetProperty("greedy_margins").EnumerateArray().Select(margin => margin.GetSingle()).ToArray();
        var place = Array.IndexOf(prompt, golden.Open().ImageTokenId);
        var expected = Logits(exact, image, [.. prompt, .. ids[..^1]], place, kept, ids.Length); // [steps, V]
        var actual = Logits(half, image, [.. prompt, .. ids[..^1]], place, kept, ids.Length);
        var spread = (expected.amax([1]) - expected.amin([1])).data<float>().ToArray();
        var difference = (expected - actual).abs().amax([1]).data<float>().ToArray();
        var winners = actual.argmax(1).data<long>().ToArray();
        var worst = difference.Zip(spread, (off, range) => off / range).Max();
        output.WriteLine($"{golden.Name} {reference.GetProperty("image")} {kept.Length} tokens: prompt {difference[0] / spread[0]:E2}, worst step {worst:E2}");
        Assert.True(worst <= Tolerance, $"{golden.Name}, {reference.GetProperty("image")}: the logits of a step are off by {worst:E2} of their spread.");
        var clear = 0;
        for (var step = 0; step < ids.Length; step++)
        {
            if (margins[step] <= Tolerance * spread[step]) continue;
            Assert.Equal(ids[step], winners[step]);
            clear++;
        }

        return clear;
    }

    /// <summary>Logits of the last steps. -> [steps, V]</summary>
    private static Tensor Logits(IVisionLanguageModel model, ImageInput image, int[] ids, int place, int[] kept, int steps)
    {
        using var scope = NewDisposeScope();
        var tokens = Assert.Single(model.Encode([image])).Tokens;
        var embeds = new PromptEmbedder(model.Language).Pack([new PromptPart(ids, place, tokens, kept)]);
        var positions = PromptPositions.Pack([PromptPositions.Of(place, ids.Length - 1, image.Layout, kept)], CPU);
        var hidden = model.Language.Forward(embeds, positions, new MaskedAttention(1, mask: null));
        return model.Language.Logits(hidden.narrow(0, embeds.size(0) - steps, steps)).MoveToOuterDisposeScope();
    }
}
