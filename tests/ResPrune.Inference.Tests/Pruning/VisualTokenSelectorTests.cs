using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Tests.Pruning;

public sealed class VisualTokenSelectorTests
{
    private const int Width = 6;

    // Two tiles of 4 and 8 tokens with a newline behind each row of four.
    private static readonly VisualLayout Layout = new()
    {
        Tokens = 15,
        Tiles = [[0, 1, 2, 3], [5, 6, 7, 8, 10, 11, 12, 13]],
        Newlines = [4, 9, 14],
    };

    [Fact]
    public void EveryTileIsSelectedByItselfWithItsShareAndItsSeed()
    {
        var request = Request(6);
        var selection = VisualTokenSelector.Select(new ResPrunePruner(), Layout, PruningScope.Tile, request);
        Assert.Equal([2, 4], selection.Orders.Select(order => order.Length));
        for (var tile = 0; tile < 2; tile++)
        {
            var own = Layout.Tiles[tile];
            Assert.Equal(own.MaxBy(index => request.SeedScores.Span[index]), selection.Orders[tile][0]);
            Assert.Subset(own.ToHashSet(), selection.Orders[tile].ToHashSet());
        }
    }

    [Fact]
    public void NewlinesAreAlwaysKeptInTheirPlaces()
    {
        var selection = VisualTokenSelector.Select(new ResPrunePruner(), Layout, PruningScope.Tile, Request(3));
        Assert.Equal(selection.Kept.Order(), selection.Kept);
        Assert.Equal(3 + Layout.Newlines.Count, selection.Kept.Length);
        Assert.Subset(selection.Kept.ToHashSet(), Layout.Newlines.ToHashSet());
    }

    [Fact]
    public void TheGlobalScopeIsOneSelectionOverAllTiles()
    {
        var request = Request(6);
        var selection = VisualTokenSelector.Select(new ResPrunePruner(), Layout, PruningScope.Global, request);
        var order = Assert.Single(selection.Orders);
        Assert.Equal(6, order.Distinct().Count());
        Assert.Equal(Layout.Tiles.SelectMany(tile => tile).MaxBy(index => request.SeedScores.Span[index]), order[0]);
    }

    [Fact]
    public void TilesOfOneSizeLoseDifferentPlacesAtRandom()
    {
        var layout = new VisualLayout { Tokens = 80, Tiles = [[.. Enumerable.Range(0, 40)], [.. Enumerable.Range(40, 40)]] };
        var selection = VisualTokenSelector.Select(new RandomPruner(), layout, PruningScope.Tile, Request(40, 80));
        Assert.NotEqual(selection.Orders[0].Order(), selection.Orders[1].Select(index => index - 40).Order());
    }

    private static TokenSelectionRequest Request(int budget, int tokens = 15)
    {
        var random = new Random(5);
        return new TokenSelectionRequest
        {
            Tokens = new VisualTokens(Values(tokens * Width), tokens, Width),
            SeedScores = Values(tokens),
            Budget = budget,
            RandomSeed = 7,
        };

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
    }
}
