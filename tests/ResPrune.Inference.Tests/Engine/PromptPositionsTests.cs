using ResPrune.Inference.Engine;
using ResPrune.Inference.Pruning;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Engine;

[Collection(nameof(TensorCounting))]
public sealed class PromptPositionsTests
{
    // A picture of 2×3 tokens: row and column of each.
    private static readonly VisualPositions Grid = new([[0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2]], Span: 3);

    [Fact]
    public void KeptTokensOfAPictureWithoutPositionsCloseUp()
    {
        var positions = PromptPositions.Of(2, 5, VisualLayout.OneTile(6), [1, 4]);
        Assert.Equal(7, positions.Next);
        using var packed = PromptPositions.Pack([positions, positions], CPU);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6], packed.data<long>().ToArray());
    }

    [Fact]
    public void KeptTokensOfAPictureWithPositionsKeepTheirsAndTextGoesOnAsWithoutPruning()
    {
        var layout = VisualLayout.OneTile(6, Grid);
        var all = PromptPositions.Of(2, 4, layout, [0, 1, 2, 3, 4, 5]);
        var some = PromptPositions.Of(2, 4, layout, [2, 3]);
        Assert.Equal(7, all.Next);
        Assert.Equal(all.Next, some.Next);
        using var packed = PromptPositions.Pack([some], CPU);
        Assert.Equal((3, 6), (packed.size(0), packed.size(1)));
        Assert.Equal([0, 1, 2, 2, 5, 6, 0, 1, 2, 3, 5, 6, 0, 1, 4, 2, 5, 6], packed.data<long>().ToArray());
    }
}
