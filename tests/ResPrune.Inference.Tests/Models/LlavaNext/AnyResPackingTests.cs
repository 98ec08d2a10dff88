using ResPrune.Inference.Models.LlavaNext;

namespace ResPrune.Inference.Tests.Models.LlavaNext;

public sealed class AnyResPackingTests
{
    private const int TileSide = 336;
    private const int Side = 24;

    private static readonly (int Height, int Width)[] Pinpoints = [(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)];

    private static readonly int[] OddSides = [1, 2, 3, 7, 24, 335, 336, 337, 671, 672, 673, 1008, 1009, 4096, 20000, 65535];

    /// <summary>Sides at which something rounds or turns, each with each, and a thousand at random.</summary>
    public static IEnumerable<(int Height, int Width)> Sizes()
    {
        foreach (var height in OddSides)
            foreach (var width in OddSides) yield return (height, width);
        var random = new Random(1);
        for (var i = 0; i < 1000; i++) yield return (random.Next(1, 3000), random.Next(1, 3000));
    }

    [Fact]
    public void Canvas_and_size_are_those_of_transformers()
    {
        var geometry = new AnyResGeometry(Pinpoints, TileSide);
        Assert.All(Sizes(), size =>
        {
            var canvas = AnyResTranscription.SelectBestResolution(size.Height, size.Width, Pinpoints);
            var resized = AnyResTranscription.PatchOutputSize(size.Height, size.Width, canvas);
            Assert.Equal(
                new AnyResGrid(canvas.Height / TileSide, canvas.Width / TileSide, resized.Height, resized.Width), geometry.Fit(size.Height, size.Width));
        });
    }

    [Fact]
    public void Tokens_come_from_where_transformers_takes_them()
    {
        var geometry = new AnyResGeometry(Pinpoints, TileSide);
        Assert.All(Sizes(), size =>
        {
            var canvas = AnyResTranscription.SelectBestResolution(size.Height, size.Width, Pinpoints);
            var expected = AnyResTranscription.Pack(size.Height, size.Width, canvas, TileSide, Side);
            var grid = geometry.Fit(size.Height, size.Width);
            var (layout, sources) = AnyResPacking.Create(grid, size.Height, size.Width, Side);
            var newline = grid.Tiles * Side * Side;
            Assert.Equal(expected.Select(place => place is { } patch ? (patch.Tile * Side * Side) + patch.Patch : newline), sources);
            Assert.Equal(sources.Length, layout.Tokens);
            Assert.Equal(grid.Tiles, layout.Tiles.Count);
            Assert.Equal(Enumerable.Range(0, sources.Length).Where(token => expected[token] is null), layout.Newlines);
            for (var tile = 0; tile < grid.Tiles; tile++)
                Assert.Equal(Enumerable.Range(0, sources.Length).Where(token => expected[token]?.Tile == tile), layout.Tiles[tile]);
        });
    }

    [Fact]
    public void A_square_picture_of_four_tiles_has_as_many_tokens_as_the_paper_says()
    {
        var (layout, _) = AnyResPacking.Create(new AnyResGeometry(Pinpoints, TileSide).Fit(672, 672), 672, 672, Side);
        Assert.Equal(5 * Side * Side, layout.Prunable);
        Assert.Equal(2 * Side, layout.Newlines.Count);
        Assert.All(layout.Tiles, tile => Assert.Equal(Side * Side, tile.Count));
    }

    [Theory]
    [InlineData(1, 20000)]
    [InlineData(20000, 1)]
    public void A_picture_thinner_than_a_patch_keeps_the_whole_one(int height, int width)
    {
        var (layout, sources) = AnyResPacking.Create(new AnyResGeometry(Pinpoints, TileSide).Fit(height, width), height, width, Side);
        Assert.Equal(Side * Side, layout.Prunable);
        Assert.All(layout.Tiles.Skip(1), tile => Assert.Empty(tile));
        Assert.Equal(layout.Tokens, sources.Length);
    }
}
