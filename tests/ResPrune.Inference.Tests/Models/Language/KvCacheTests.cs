using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Tests.Engine;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models.Language;

[Collection(nameof(TensorCounting))]
public sealed class KvCacheTests
{
    private static readonly DecoderConfig Config = new()
    {
        VocabularySize = 50,
        HiddenSize = 16,
        IntermediateSize = 32,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        HeadSize = 4,
        ContextLength = 4096,
        RmsNormEpsilon = 1e-5,
        RopeTheta = 10000,
        QueryKeyValueBias = false,
        AttentionOutputBias = false,
        MlpBias = false,
        TieWordEmbeddings = false,
    };

    [Fact]
    public void A_failed_allocation_leaves_the_cache_as_it_was()
    {
        using var cache = new KvCache(Config, CPU, ScalarType.Float32);
        cache.Reserve(3, 20);
        using (var keys = ones(20, 2, 4)) cache.WriteSequence(1, 2, keys, keys);
        var (tokens, bytes, tensors) = (cache.Tokens, cache.Bytes, Tensor.TotalCount);

        var exception = Assert.ThrowsAny<Exception>(() => cache.Reserve(1 << 20, 1 << 30));
        Assert.Equal(TorchFaultKind.OutOfMemory, TorchFault.Classify(exception));
        Assert.Equal((3, 20, tokens, bytes, tensors), (cache.Slots, cache.Positions, cache.Tokens, cache.Bytes, Tensor.TotalCount));
        using (var kept = cache.FlatKeys(1)) Assert.Equal(20 * 2 * 4, kept.sum().item<float>());

        cache.Reserve(4, 40);
        Assert.Equal((4, 40), (cache.Slots, cache.Positions));
    }

    [Fact]
    public void An_allocation_that_fails_first_can_be_followed_by_others()
    {
        using var cache = new KvCache(Config, CPU, ScalarType.Float32);
        Assert.ThrowsAny<Exception>(() => cache.Reserve(1 << 20, 1 << 30));
        Assert.Equal((0, 0, 0L, 0L, false), (cache.Slots, cache.Positions, cache.Tokens, cache.Bytes, cache.Fits(1, 1)));
        cache.Reserve(1, 1);
        Assert.True(cache.Fits(1, 32));
    }

    [Fact]
    public void One_long_sequence_does_not_make_every_slot_long()
    {
        using var cache = new KvCache(Config, CPU, ScalarType.Float32);
        cache.Reserve(8, 128);
        cache.Reserve(1, 1024); // As many tokens, divided anew.
        Assert.Equal(8 * 128 * cache.BytesPerToken, cache.Bytes);
        cache.Reserve(1, 4000);
        cache.Reserve(8, 128);
        Assert.Equal(4000 * cache.BytesPerToken, cache.Bytes);
    }

    [Fact]
    public void What_a_long_request_took_is_given_back_after_some_short_ones()
    {
        using var cache = new KvCache(Config with { Layers = 16, KeyValueHeads = 8, HeadSize = 16 }, CPU, ScalarType.Float32); // 16 KiB a token
        cache.Reserve(1, 4000);
        cache.Trim();
        for (var batch = 0; batch < KvCache.Window; batch++)
        {
            Assert.Equal(4000 * cache.BytesPerToken, cache.Bytes);
            cache.Reserve(8, 128);
            cache.Trim();
        }

        Assert.Equal((0L, 0L, 0), (cache.Bytes, cache.Tokens, cache.Slots));
        cache.Reserve(8, 128);
        Assert.Equal(8 * 128 * cache.BytesPerToken, cache.Bytes);
    }

    [Fact]
    public void An_idle_cache_is_released_unless_it_is_small()
    {
        using var cache = new KvCache(Config, CPU, ScalarType.Float32);
        cache.Reserve(8, 128);
        Assert.False(cache.Release(KvCache.KeptBytes));
        Assert.True(cache.Release(kept: 0));
        Assert.False(cache.Release(kept: 0));
        Assert.Equal((0L, 0L, 0), (cache.Bytes, cache.Tokens, cache.Slots));
    }
}
