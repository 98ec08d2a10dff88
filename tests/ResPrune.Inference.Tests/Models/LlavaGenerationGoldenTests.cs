using System.Text.Json;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tests.Engine;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Tokenization;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models;

/// <summary>Greedy ids and selections against the reference, alone and in one micro-batch of everything.</summary>
[Trait("Category", "Golden")]
[Collection(nameof(TensorCounting))]
public sealed class LlavaGenerationGoldenTests
{
    public static TheoryData<string, bool> Models
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var model in GoldenModel.All())
            {
                data.Add(model.Directory, false);
                data.Add(model.Directory, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void IdsAndSelectionsEqualTheReference(string directory, bool together)
    {
        var golden = new GoldenModel(directory);
        var config = LlavaConfig.Read(directory);
        var tokenizer = TokenizerLoader.Load(Path.Combine(directory, "tokenizer.json"));
        using var model = LlavaModel.Load(directory, config, CPU, ScalarType.Float32, out _);
        using var runner = new MicroBatchRunner(model, tokenizer, defaultAlpha: 0.75, instruments: null);
        using var inference = inference_mode();
        var processor = GoldenModel.LoadImageProcessor(directory);
        var work = golden.Cases.SelectMany(reference => Expectations(config, processor, reference)).ToArray();
        foreach (var batch in together ? [work] : work.Chunk(1))
        {
            var byRequest = batch.ToDictionary(item => item.Prepared);
            runner.Run([.. byRequest.Keys], (sequence, _) =>
            {
                var (_, order, ids, name) = byRequest[sequence.Prepared];
                if (order is not null) Assert.True(order.SequenceEqual(sequence.Selection.Order), $"{name}: order {string.Join(' ', sequence.Selection.Order)}");
                Assert.True(ids.SequenceEqual(sequence.Generated), $"{name}: ids {string.Join(' ', sequence.Generated)}, expected {string.Join(' ', ids)}");
                byRequest.Remove(sequence.Prepared);
            });
            Assert.Empty(byRequest);
        }
    }

    private static IEnumerable<(PreparedRequest Prepared, int[]? Order, int[] Ids, string Name)> Expectations(
        LlavaConfig config, ImageProcessor processor, JsonElement reference)
    {
        var name = reference.GetProperty("image").GetString()!;
        var pixels = GoldenModel.Pixels(processor, reference);
        yield return (Prepare(config, pixels, reference, config.VisualTokens, 0, []), null, GoldenModel.Ints(reference, "greedy_ids"), $"{name} full");
        foreach (var pruned in reference.GetProperty("pruned").EnumerateArray())
        {
            var prepared = Prepare(
                config, pixels, reference, pruned.GetProperty("k").GetInt32(), pruned.GetProperty("alpha").GetDouble(), GoldenModel.Ints(pruned, "condition_ids"));
            yield return (prepared, GoldenModel.Ints(pruned, "order"), GoldenModel.Ints(pruned, "greedy_ids"), $"{name} k={pruned.GetProperty("k")}");
        }
    }

    private static PreparedRequest Prepare(LlavaConfig config, PixelValues pixels, JsonElement reference, int kept, double alpha, int[] condition)
    {
        var ids = GoldenModel.Ints(reference, "prompt_ids");
        var steps = GoldenModel.Ints(reference, "greedy_ids").Length;
        var request = new GenerationRequest
        {
            RequestId = "golden",
            Image = ReadOnlyMemory<byte>.Empty,
            Question = reference.GetProperty("question").GetString()!,
            Sampling = new SamplingParameters { MaxTokens = steps, IgnoreEos = true },
            Pruning = new PruningOptions { Alpha = alpha },
        };
        return new PreparedRequest
        {
            Pending = new PendingRequest(request, CancellationToken.None),
            ImageDigest = reference.GetProperty("image").GetString()!,
            Pixels = pixels,
            PromptIds = ids,
            ImagePosition = Array.IndexOf(ids, config.ImageTokenId),
            ConditionIds = condition,
            VisualTokensKept = kept,
            MaxTokens = steps,
            PreprocessSeconds = 0,
        };
    }
}
