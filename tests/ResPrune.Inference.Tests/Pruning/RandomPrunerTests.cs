using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Tests.Pruning;

public sealed class RandomPrunerTests
{
    private static readonly RandomPruner Pruner = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 1)]
    [InlineData(10, 9)]
    [InlineData(10, 10)]
    [InlineData(10, 25)]
    public void Keeps_exactly_the_budget_each_token_once(int count, int budget)
    {
        var selection = Pruner.Select(Request(count, budget, 3));

        Assert.Equal(Math.Min(count, budget), selection.Order.Length);
        Assert.Equal(selection.Order.Distinct().Order(), selection.Kept);
        Assert.All(selection.Kept, i => Assert.InRange(i, 0, count - 1));
    }

    [Fact]
    public void Every_token_is_equally_likely_at_every_place()
    {
        const int Count = 12, Budget = 4, Runs = 12_000;
        var hits = new int[Budget, Count];
        for (var seed = 0; seed < Runs; seed++)
        {
            var order = Pruner.Select(Request(Count, Budget, seed)).Order;
            for (var place = 0; place < Budget; place++) hits[place, order[place]]++;
        }

        for (var place = 0; place < Budget; place++)
        {
            var statistic = 0.0;
            for (var token = 0; token < Count; token++) statistic += Math.Pow(hits[place, token] - (Runs / Count), 2) / (Runs / Count);
            Assert.InRange(statistic, 0, 37.4); // 99.99 % of chi-square with 11 degrees of freedom
        }
    }

    [Fact]
    public void The_seed_alone_decides()
    {
        var other = Request(40, 10, 8) with { Tokens = new VisualTokens(Enumerable.Repeat(3f, 40).ToArray(), 40, 1), Alpha = 2 };

        Assert.Equal(Pruner.Select(Request(40, 10, 8)).Order, Pruner.Select(other).Order);
        Assert.NotEqual(Pruner.Select(Request(40, 10, 8)).Order, Pruner.Select(Request(40, 10, 9)).Order);
    }

    [Fact]
    public void Pictures_and_jobs_get_seeds_of_their_own()
    {
        var seeds = new HashSet<long>();
        for (var job = 0; job < 50; job++)
            for (var picture = 0; picture < 50; picture++) seeds.Add(RandomPruner.SeedFor(job, $"{picture:x64}"));

        Assert.Equal(2500, seeds.Count);
        Assert.Equal(RandomPruner.SeedFor(7, "ab"), RandomPruner.SeedFor(7, "ab"));
    }

    private static TokenSelectionRequest Request(int count, int budget, long seed) => new()
    {
        Tokens = new VisualTokens(new float[count], count, 1),
        Budget = budget,
        RandomSeed = seed,
    };
}
