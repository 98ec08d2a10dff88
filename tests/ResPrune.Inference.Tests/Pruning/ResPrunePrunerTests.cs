using ResPrune.Inference.Pruning;
using ResPrune.Inference.Pruning.Kernels;

namespace ResPrune.Inference.Tests.Pruning;

public sealed class ResPrunePrunerTests
{
    private static readonly ResPrunePruner Pruner = new();

    public static TheoryData<string, int, int, int, int> Shapes()
    {
        var data = new TheoryData<string, int, int, int, int>();
        foreach (var kind in PruningData.Kinds)
        {
            data.Add(kind, 1, 5, 1, 0);
            data.Add(kind, 2, 1, 1, 1);
            data.Add(kind, 63, 24, 20, 4);
            data.Add(kind, 64, 16, 64, 1);
            data.Add(kind, 65, 13, 30, 3);
            data.Add(kind, 150, 100, 90, 17);
            data.Add(kind, 200, 520, 120, 5);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_pick_is_the_best_of_its_prefix(string kind, int count, int width, int budget, int words)
    {
        for (var seed = 0; seed < 2; seed++)
        {
            foreach (var alpha in new[] { 0, 0.3, 0.75 })
            {
                var v = PruningData.Tokens(kind, count, width, seed);
                var u = PruningData.Words(words, width, seed);

                var selection = Pruner.Select(PruningData.Request(v, count, width, budget, u, alpha));

                Assert.Equal(budget, selection.Kept.Length);
                Assert.Equal(selection.Order.Distinct().Order(), selection.Kept);
                var oracle = new GreedyOracle(v, count, width, u, alpha, 1e-6);
                Assert.Equal(oracle.LargestNorm, selection.Order[0]);
                oracle.AssertEachPickIsBest(selection.Order, 1, 1e-4);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Both_vector_widths_select_alike(string kind, int count, int width, int budget, int words)
    {
        var v = PruningData.Tokens(kind, count, width, 7);
        var request = PruningData.Request(v, count, width, budget, PruningData.Words(words, width, 7));

        var wide = new ResPrunePruner(new Vector512DotKernel()).Select(request);
        var narrow = new ResPrunePruner(new Vector256DotKernel()).Select(request);

        Assert.Equal(wide.Order, narrow.Order);
    }

    [Fact]
    public void Order_is_that_of_an_oracle_without_rounding_errors()
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var v = PruningData.Tokens("power-law", 120, 64, seed);
            var u = PruningData.Words(6, 64, seed);

            var selection = Pruner.Select(PruningData.Request(v, 120, 64, 50, u));

            Assert.Equal(GreedyOracle.Select(v, 120, 64, u, 50, 0.75, 1e-6), selection.Order);
        }
    }

    [Fact]
    public void Alpha_zero_ignores_the_text()
    {
        var v = PruningData.Tokens("gaussian", 90, 32, 1);

        var conditioned = Pruner.Select(PruningData.Request(v, 90, 32, 30, PruningData.Words(4, 32, 1), alpha: 0));
        var free = Pruner.Select(PruningData.Request(v, 90, 32, 30, alpha: 0.75));

        Assert.Equal(free.Order, conditioned.Order);
    }

    [Fact]
    public void Text_changes_the_selection()
    {
        var v = PruningData.Tokens("gaussian", 90, 32, 1);
        var first = Pruner.Select(PruningData.Request(v, 90, 32, 30, PruningData.Words(4, 32, 1)));
        var second = Pruner.Select(PruningData.Request(v, 90, 32, 30, PruningData.Words(4, 32, 2)));

        Assert.NotEqual(first.Kept, second.Kept);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(1000)]
    public void A_budget_of_everything_keeps_what_no_pruning_keeps(int budget)
    {
        var request = PruningData.Request(PruningData.Tokens("zero-rows", 40, 16, 1), 40, 16, budget, PruningData.Words(2, 16, 1));

        Assert.Equal(new KeepAllPruner().Select(request).Kept, Pruner.Select(request).Kept);
    }

    [Fact]
    public void The_seed_is_the_largest_seed_score_whatever_its_relevance()
    {
        var v = PruningData.Tokens("gaussian", 50, 16, 3);
        var scores = new float[50];
        (scores[31], scores[44]) = (0.5f, 0.5f);
        var request = PruningData.Request(v, 50, 16, 20, PruningData.Words(3, 16, 3)) with { SeedScores = scores };

        var order = Pruner.Select(request).Order;

        Assert.Equal(GreedyOracle.Select(v, 50, 16, PruningData.Words(3, 16, 3), 20, 0.75, 1e-6, seed: 31), order);
        Assert.Equal(order[..1], Pruner.Select(request with { Budget = 1 }).Order);
    }

    [Fact]
    public void A_seed_without_direction_takes_nothing_out()
    {
        var v = PruningData.Tokens("zero-rows", 30, 16, 3);
        var scores = new float[30];
        scores[3] = 1;

        var order = Pruner.Select(PruningData.Request(v, 30, 16, 12) with { SeedScores = scores }).Order;

        Assert.Equal(GreedyOracle.Select(v, 30, 16, [], 12, 0.75, 1e-6, seed: 3), order);
    }

    [Fact]
    public void No_duplicate_is_chosen_before_the_rank_is_used_up()
    {
        var v = PruningData.Tokens("duplicates", 60, 64, 2);

        var order = Pruner.Select(PruningData.Request(v, 60, 64, 60)).Order;

        Assert.Equal(30, order[..30].Select(i => i / 2).Distinct().Count());
        Assert.All(order[..30], i => Assert.True(i % 2 == 0, $"token {i} was chosen before its equal {i - 1}"));
    }

    [Fact]
    public void Tokens_that_are_all_zero_come_in_raster_order() =>
        Assert.Equal(Enumerable.Range(0, 9), Pruner.Select(PruningData.Request(new float[70 * 8], 70, 8, 9)).Order);

    [Fact]
    public void Equal_tokens_come_in_raster_order() =>
        Assert.Equal(Enumerable.Range(0, 9), Pruner.Select(PruningData.Request(Enumerable.Repeat(1.5f, 70 * 8).ToArray(), 70, 8, 9)).Order);

    [Fact]
    public void A_larger_budget_only_adds()
    {
        var v = PruningData.Tokens("power-law", 300, 48, 4);
        var u = PruningData.Words(3, 48, 4);
        var large = Pruner.Select(PruningData.Request(v, 300, 48, 200, u)).Order;
        foreach (var budget in new[] { 1, 2, 16, 17, 63, 64, 65, 199 })
            Assert.Equal(large[..budget], Pruner.Select(PruningData.Request(v, 300, 48, budget, u)).Order);
    }

    [Fact]
    public void Candidates_stay_right_when_more_are_likely_than_are_remembered()
    {
        // Clusters that lose a quarter when one of them is chosen: they fill the remembered Gram rows, one cluster a panel, and all stay
        // likelier than the weak tokens that come up beside the first token of the last cluster. Among the weak, those that come up first
        // are chosen last, so that a row remembered wrongly would show.
        const int Size = 16, Strong = (4 * Size) + 4, Count = 110, Width = 1024;
        var v = new float[Count * Width];
        for (var i = 0; i < Count; i++)
        {
            var strong = i < Strong;
            v[(i * Width) + (strong ? i / Size : Width - 1)] = strong ? 10 - (0.01f * i) : 1.5f - (0.005f * i);
            v[(i * Width) + (Width / 2) + i] = strong ? 10 - (0.01f * i) : 0.3f + (0.002f * i);
        }

        var order = Pruner.Select(PruningData.Request(v, Count, Width, Count)).Order;

        new GreedyOracle(v, Count, Width, [], 0.75, 1e-6).AssertEachPickIsBest(order, 1, 1e-9);
    }

    [Fact]
    public void A_selection_does_not_depend_on_what_runs_beside_or_ran_before()
    {
        var requests = Enumerable.Range(0, 16).Select(i => PruningData.Request(
            PruningData.Tokens(PruningData.Kinds[i % PruningData.Kinds.Length], 60 + (9 * i), 24 + i, i), 60 + (9 * i), 24 + i, 20 + i)).ToArray();
        var alone = requests.Select(request => new ResPrunePruner().Select(request).Order).ToArray();

        var together = new int[requests.Length][];
        Parallel.For(0, requests.Length, i => together[i] = Pruner.Select(requests[requests.Length - 1 - i]).Order);

        Assert.Equal(alone, together.Reverse());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_value_that_is_no_number_is_named(float value)
    {
        var v = PruningData.Tokens("gaussian", 20, 11, 1);
        var u = PruningData.Words(3, 11, 1);
        (v[(7 * 11) + 10], u[(2 * 11) + 4]) = (value, 0);
        Assert.Contains("Visual token 7 of 20", Thrown(), StringComparison.Ordinal);
        (v[(7 * 11) + 10], u[(2 * 11) + 4]) = (0, value);
        Assert.Contains("Condition embedding 2 of 3", Thrown(), StringComparison.Ordinal);

        string Thrown() => Assert.Throws<TokenSelectionException>(() => Pruner.Select(PruningData.Request(v, 20, 11, 5, u))).Message;
    }

    [Fact]
    public void The_largest_floats_do_not_overflow()
    {
        var v = PruningData.Tokens("gaussian", 40, 16, 1).Select(x => x > 0 ? float.MaxValue * Math.Min(1, x) : x).ToArray();
        var selection = Pruner.Select(PruningData.Request(v, 40, 16, 12));
        new GreedyOracle(v, 40, 16, [], 0.75, 1e-6).AssertEachPickIsBest(selection.Order, 1, 1e-4);
    }

    [Fact]
    public void A_seed_score_that_is_no_number_is_named()
    {
        var request = PruningData.Request(new float[80], 10, 8, 5) with { SeedScores = new[] { 0, 1, 0, float.NaN, 0, 0, 0, 0, 0, 0 } };
        Assert.Contains("Seed score 3", Assert.Throws<TokenSelectionException>(() => Pruner.Select(request)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_together_is_refused()
    {
        var good = PruningData.Request(new float[80], 10, 8, 5);
        Assert.ThrowsAny<ArgumentException>(() => Pruner.Select(good with { Budget = 0 }));
        Assert.ThrowsAny<ArgumentException>(() => Pruner.Select(good with { Alpha = -0.1 }));
        Assert.ThrowsAny<ArgumentException>(() => Pruner.Select(good with { Alpha = double.NaN }));
        Assert.ThrowsAny<ArgumentException>(() => Pruner.Select(good with { Epsilon = 0 }));
        Assert.ThrowsAny<ArgumentException>(() => Pruner.Select(good with { Condition = new float[7] }));
        Assert.ThrowsAny<ArgumentException>(() => Pruner.Select(good with { SeedScores = new float[9] }));
        Assert.ThrowsAny<ArgumentException>(() => Pruner.Select(good with { Tokens = new VisualTokens(new float[79], 10, 8) }));
        Assert.ThrowsAny<ArgumentException>(() => Pruner.Select(good with { Tokens = new VisualTokens(default, 0, 8) }));
    }

    [Fact]
    public void A_selection_allocates_its_result_and_nothing_else()
    {
        var request = PruningData.Request(PruningData.Tokens("power-law", 200, 90, 1), 200, 90, 100, PruningData.Words(5, 90, 1));
        var least = long.MaxValue;
        for (var i = 0; i < 50; i++)
        {
            // The least of many: the pool gives its arrays back when a collection finds memory short, which may happen at any time.
            var before = GC.GetAllocatedBytesForCurrentThread();
            Pruner.Select(request);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // Two arrays of 100 indices and the record; the workspace is 400 kB.
        Assert.InRange(least, 800, 1000);
    }
}
