using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Tests.Engine;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models;

/// <summary>The cached paths against a plain recomputation of the whole sequence, over shapes that families differ in.</summary>
[Collection(nameof(TensorCounting))]
public sealed class DecoderModelTests
{
    public static TheoryData<int, int, int, bool, bool> Shapes => new()
    {
        { 4, 4, 8, false, false },
        { 4, 2, 8, true, false },
        { 6, 1, 16, true, true },
        { 3, 3, 10, false, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void PackedPrefillAndBatchedDecodeEqualARecomputation(int heads, int keyValueHeads, int headSize, bool bias, bool tied)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        using var model = new DecoderModel(Config(heads, keyValueHeads, headSize, bias, tied), new RandomWeights(7, ScalarType.Float32));
        int[][] prompts = [[3, 1, 4, 1, 5, 9, 2], [6], [5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4]];
        using var cache = new KvCache(model.Config, CPU, ScalarType.Float32);
        cache.Reserve(prompts.Length, 32);

        var packed = model.Embed(tensor(prompts.SelectMany(prompt => prompt).Select(id => (long)id).ToArray()));
        var positions = tensor(prompts.SelectMany(prompt => Enumerable.Range(0, prompt.Length)).Select(position => (long)position).ToArray());
        var lengths = prompts.Select(prompt => prompt.Length).ToArray();
        var logits = model.Logits(model.Forward(packed, positions, new PrefillAttention(cache, lengths)));
        var end = -1;
        for (var i = 0; i < prompts.Length; i++) AssertClose(Recomputed(model, prompts[i]), logits.select(0, end += lengths[i]));

        // Three steps with all, then the first sequence leaves and the last takes its slot.
        var running = prompts.Select(prompt => prompt.ToList()).ToList();
        for (var step = 0; step < 5; step++)
        {
            if (step == 3)
            {
                cache.Move(running.Count - 1, 0, running[^1].Count);
                running[0] = running[^1];
                running.RemoveAt(running.Count - 1);
            }

            var past = running.Select(sequence => sequence.Count).ToArray();
            var next = running.Select((_, i) => (11 * (step + 1) * (i + 1)) % model.Config.VocabularySize).ToArray();
            for (var i = 0; i < running.Count; i++) running[i].Add(next[i]);
            using var attention = new DecodeAttention(cache, past, CPU);
            var embeds = model.Embed(tensor(next.Select(id => (long)id).ToArray()));
            var decoded = model.Logits(model.Forward(embeds, tensor(past.Select(length => (long)length).ToArray()), attention));
            for (var i = 0; i < running.Count; i++) AssertClose(Recomputed(model, [.. running[i]]), decoded.select(0, i));
        }
    }

    [Fact]
    public void HalfPrecisionStaysNearFloat32()
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var config = Config(4, 2, 8, bias: true, tied: false);
        using var exact = new DecoderModel(config, new RandomWeights(7, ScalarType.Float32));
        using var half = new DecoderModel(config, new RandomWeights(7, ScalarType.BFloat16));
        int[] prompt = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];
        var (expected, actual) = (Recomputed(exact, prompt), Recomputed(half, prompt));
        var spread = (expected.max() - expected.min()).item<float>();
        Assert.InRange((expected - actual).abs().max().item<float>() / spread, 0f, 2e-2f);
    }

    private static Tensor Recomputed(DecoderModel model, int[] ids)
    {
        using var scope = NewDisposeScope();
        var embeds = model.Embed(tensor(ids.Select(id => (long)id).ToArray()));
        var positions = tensor(Enumerable.Range(0, ids.Length).Select(position => (long)position).ToArray());
        var hidden = model.Forward(embeds, positions, new MaskedAttention(1, mask: null));
        return model.Logits(hidden.narrow(0, ids.Length - 1, 1)).squeeze(0).MoveToOuterDisposeScope();
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        using var scope = NewDisposeScope();
        var relative = (expected - actual).abs().max().item<float>() / expected.abs().max().item<float>();
        Assert.InRange(relative, 0f, 1e-5f);
    }

    private static DecoderConfig Config(int heads, int keyValueHeads, int headSize, bool bias, bool tied) => new()
    {
        VocabularySize = 50,
        HiddenSize = 24,
        IntermediateSize = 40,
        Layers = 3,
        Heads = heads,
        KeyValueHeads = keyValueHeads,
        HeadSize = headSize,
        ContextLength = 64,
        RmsNormEpsilon = 1e-5,
        RopeTheta = 10000,
        QueryKeyValueBias = bias,
        AttentionOutputBias = false,
        MlpBias = false,
        TieWordEmbeddings = tied,
    };
}
