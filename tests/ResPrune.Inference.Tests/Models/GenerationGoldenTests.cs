using System.Text.Json;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Weights;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Tests.Engine;
using ResPrune.Inference.Tokenization;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models;

/// <summary>Greedy ids and selections against the reference, for every family: alone and in one micro-batch of everything.</summary>
[Trait("Category", "Golden")]
[Collection(nameof(TensorCounting))]
public sealed class GenerationGoldenTests
{
    public static TheoryData<string, bool> Models
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var row in (IEnumerable<object[]>)GoldenModel.Folders())
            {
                data.Add((string)row[0], false);
                data.Add((string)row[0], true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void IdsAndSelectionsEqualTheReference(string directory, bool together)
    {
        var golden = new GoldenModel(directory);
        var checkpoint = golden.Open();
        var tokenizer = TokenizerLoader.Load(Path.Combine(directory, "tokenizer.json"));
        using var loaded = CheckpointModel.Load(checkpoint, CPU, RunningDType.Float32);
        using var runner = new MicroBatchRunner(checkpoint, loaded.Model, tokenizer, DeviceMemory.Of(CPU, new PixelBudget(1L << 30)), instruments: null);
        using var inference = inference_mode();
        var work = golden.Cases.SelectMany(reference => Expectations(checkpoint, golden.Image(reference), reference)).ToArray();
        foreach (var batch in together ? [work] : work.Chunk(1))
        {
            var byRequest = batch.ToDictionary(item => item.Prepared);
            var requests = byRequest.Keys.ToArray();
            runner.Run(new MicroBatch(requests, requests.Max(MemoryPlan.Need)), (sequence, outcome) =>
            {
                var (prepared, pruned, ids, name) = byRequest[sequence.Prepared];
                if (pruned is { } selection) CheckSelection(selection, sequence.Selection, name);
                Assert.True(ids.SequenceEqual(sequence.Generated), $"{name}: ids {string.Join(' ', sequence.Generated)}, expected {string.Join(' ', ids)}");
                Assert.Equal(sequence.Selection.Kept.Length, ((GenerationResult)outcome).Usage.VisualTokensKept);
                byRequest.Remove(prepared);
            });
            Assert.Empty(byRequest);
        }
    }

    private static void CheckSelection(JsonElement expected, VisualSelection actual, string name)
    {
        int[][] orders = expected.TryGetProperty("order_per_tile", out var tiles)
            ? [.. tiles.EnumerateArray().Select(tile => tile.EnumerateArray().Select(index => index.GetInt32()).ToArray())]
            : [GoldenModel.Ints(expected, "order")];
        Assert.Equal(orders.Length, actual.Orders.Count);
        for (var tile = 0; tile < orders.Length; tile++)
            Assert.True(orders[tile].SequenceEqual(actual.Orders[tile]), $"{name}, tile {tile}: order {string.Join(' ', actual.Orders[tile])}, expected {string.Join(' ', orders[tile])}");
        if (expected.TryGetProperty("budgets", out var budgets))
            Assert.Equal(budgets.EnumerateObject().Select(budget => budget.Value.GetInt32()), actual.Orders.Select(order => order.Length));
        Assert.Equal(GoldenModel.Kept(expected), actual.Kept);
    }

    private static IEnumerable<(PreparedRequest Prepared, JsonElement? Pruned, int[] Ids, string Name)> Expectations(
        IModelCheckpoint checkpoint, ImageInput image, JsonElement reference)
    {
        var name = reference.GetProperty("image").GetString()!;
        var layout = image.Layout;
        Assert.Equal(reference.TryGetProperty("visual_tokens", out var total) ? total.GetInt32() : layout.Tokens, layout.Tokens);
        yield return (Prepare(checkpoint, image, reference, layout.Prunable, 0, []), null, GoldenModel.Ints(reference, "greedy_ids"), $"{name} full");
        foreach (var pruned in reference.GetProperty("pruned").EnumerateArray())
        {
            if (pruned.TryGetProperty("newline_positions", out _)) Assert.Equal(GoldenModel.Ints(pruned, "newline_positions"), layout.Newlines);
            var prepared = Prepare(
                checkpoint, image, reference, pruned.GetProperty("k").GetInt32(), pruned.GetProperty("alpha").GetDouble(), GoldenModel.Ints(pruned, "condition_ids"));
            yield return (prepared, pruned, GoldenModel.Ints(pruned, "greedy_ids"), $"{name} k={pruned.GetProperty("k")}");
        }
    }

    private static PreparedRequest Prepare(IModelCheckpoint checkpoint, ImageInput image, JsonElement reference, int budget, double alpha, int[] condition)
    {
        var ids = GoldenModel.Ints(reference, "prompt_ids");
        var steps = GoldenModel.Ints(reference, "greedy_ids").Length;
        var request = new GenerationRequest
        {
            RequestId = "golden",
            Image = ReadOnlyMemory<byte>.Empty,
            Question = reference.GetProperty("question").GetString()!,
            Sampling = new SamplingParameters { MaxTokens = steps, Temperature = 0, RepetitionPenalty = 1, IgnoreEos = true },
            Pruning = new PruningOptions { Alpha = alpha },
        };
        return new PreparedRequest
        {
            Pending = new PendingRequest(request, CancellationToken.None),
            ImageDigest = reference.GetProperty("image").GetString()!,
            Image = image,
            PromptIds = ids,
            ImagePosition = Array.IndexOf(ids, checkpoint.ImageTokenId),
            ConditionIds = condition,
            Budget = budget,
            MaxTokens = steps,
            Sampling = request.Sampling,
            PreprocessSeconds = 0,
        };
    }
}
