using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Tests.Pruning;

public sealed class TileBudgetTests
{
    [Theory]
    [InlineData(10, new[] { 10, 10, 10 }, new[] { 4, 3, 3 })]
    [InlineData(2, new[] { 1, 1, 1 }, new[] { 1, 1, 0 })]
    [InlineData(40, new[] { 36, 24, 36, 24 }, new[] { 12, 8, 12, 8 })]
    [InlineData(1, new[] { 5, 6 }, new[] { 0, 1 })]
    [InlineData(0, new[] { 5, 6 }, new[] { 0, 0 })]
    [InlineData(11, new[] { 5, 6 }, new[] { 5, 6 })]
    [InlineData(3, new[] { 0, 6 }, new[] { 0, 3 })]
    public void SharesFollowTheSizesByLargestRemainder(int budget, int[] sizes, int[] expected) =>
        Assert.Equal(expected, TileBudget.Split(budget, sizes));

    [Fact]
    public void SharesAlwaysAddUpAndNeverExceedATile()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 500; trial++)
        {
            int[] sizes = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(0, 700))];
            var budget = random.Next(0, sizes.Sum() + 1);
            var shares = TileBudget.Split(budget, sizes);
            Assert.Equal(budget, shares.Sum());
            Assert.All(shares.Zip(sizes), pair => Assert.InRange(pair.First, 0, pair.Second));
        }
    }

    [Fact]
    public void MoreThanThereIsIsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => TileBudget.Split(12, [5, 6]));
}
