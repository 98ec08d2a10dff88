using ResPrune.Inference.Engine.Accounting;

namespace ResPrune.Inference.Tests.Engine.Accounting;

/// <summary>The values the papers print (research/pruning.md §5), to their printed precision.</summary>
public sealed class PrefillCostTests
{
    private static readonly PrefillCost Llava7B = new(32, 4096, 11008, 32, 128);
    private static readonly PrefillCost Qwen7B = new(28, 3584, 18944, 4, 128);

    [Theory]
    [InlineData(637, 8.46)]
    [InlineData(189, 2.47)]
    [InlineData(125, 1.63)]
    [InlineData(2169, 30.56)]
    [InlineData(701, 9.34)]
    [InlineData(381, 5.01)]
    public void Llava_prefill_is_as_printed(int tokens, double teraflops) => Assert.Equal(teraflops, Llava7B.Flops(tokens) / 1e12, 0.01);

    [Theory]
    [InlineData(1296, 17.6, 0.05)]
    [InlineData(432, 5.71, 0.01)]
    [InlineData(288, 3.79, 0.01)]
    [InlineData(144, 1.89, 0.01)]
    public void Grouped_queries_cost_less_to_project(int tokens, double teraflops, double tolerance) =>
        Assert.Equal(teraflops, Qwen7B.Flops(tokens) / 1e12, tolerance);

    [Fact]
    public void Cache_bytes_are_as_printed()
    {
        Assert.Equal(512 * 1024, Llava7B.KvBytes(1, 2));
        Assert.Equal(288L << 20, Llava7B.KvBytes(576, 2));
        Assert.Equal(1084.5, Llava7B.KvBytes(2169, 2) / (double)(1 << 20));
        Assert.Equal(56 * 1024, Qwen7B.KvBytes(1, 2));
    }
}
