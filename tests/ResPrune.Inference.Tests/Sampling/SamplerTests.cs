using ResPrune.Inference.Engine;
using ResPrune.Inference.Sampling;

namespace ResPrune.Inference.Tests.Sampling;

public sealed class SamplerTests
{
    private static readonly SamplingParameters Greedy = new();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(1000)]
    public void Greedy_takes_the_largest_logit_wherever_it_is(int vocabulary)
    {
        var logits = Enumerable.Range(0, vocabulary).Select(i => MathF.Sin(i)).ToArray();
        for (var id = 0; id < vocabulary; id++)
        {
            var copy = logits.ToArray();
            copy[id] = 2;
            Assert.Equal(id, Sampler.Next(copy, Greedy, new SampleStream(0), 0));
        }
    }

    [Fact]
    public void Greedy_ties_go_to_the_lower_id()
    {
        var logits = new float[100];
        logits[90] = logits[17] = logits[3] = 5;
        Assert.Equal(3, Sampler.Next(logits, Greedy, new SampleStream(0), 0));
        Assert.Equal(0, Sampler.Next(new float[100], Greedy, new SampleStream(0), 0));
    }

    [Theory]
    [InlineData(0, float.NaN)]
    [InlineData(40, float.NaN)]
    [InlineData(66, float.NaN)]
    [InlineData(33, float.PositiveInfinity)]
    public void A_logit_that_is_no_number_is_named(int id, float value)
    {
        var logits = new float[67];
        logits[id] = value;
        foreach (var temperature in new[] { 0.0, 1.0 })
        {
            var thrown = Assert.Throws<InvalidLogitsException>(
                () => Sampler.Next(logits, new SamplingParameters { Temperature = temperature }, new SampleStream(0), 0));
            Assert.Contains($"token {id} is", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Barred_tokens_are_never_chosen()
    {
        var logits = Enumerable.Repeat(float.NegativeInfinity, 50).ToArray();
        Assert.Throws<InvalidLogitsException>(() => Sampler.Next(logits, Greedy, new SampleStream(0), 0));
        (logits[11], logits[31]) = (-3, -3);
        Assert.Equal(11, Sampler.Next(logits, Greedy, new SampleStream(0), 0));
        Assert.Equal([11, 31], Draw(logits, new SamplingParameters { Temperature = 5 }, 200).Distinct().Order());
    }

    [Theory]
    [InlineData(1.0, 0, 1.0)]
    [InlineData(0.5, 0, 1.0)]
    [InlineData(2.0, 0, 1.0)]
    [InlineData(1.0, 9, 1.0)]
    [InlineData(0.7, 0, 0.8)]
    [InlineData(1.3, 12, 0.9)]
    public void Frequencies_are_those_of_the_distribution(double temperature, int topK, double topP)
    {
        var logits = Enumerable.Range(0, 21).Select(i => 3 * MathF.Sin(1.7f * i)).ToArray();
        var parameters = new SamplingParameters { Temperature = temperature, TopK = topK, TopP = topP };
        var expected = Distribution(logits, temperature, topK, topP);
        const int Draws = 20_000;

        var counts = new int[logits.Length];
        foreach (var id in Draw(logits, parameters, Draws)) counts[id]++;

        var statistic = 0.0;
        for (var id = 0; id < counts.Length; id++)
        {
            if (expected[id] == 0) Assert.Equal(0, counts[id]);
            else statistic += Math.Pow(counts[id] - (Draws * expected[id]), 2) / (Draws * expected[id]);
        }

        // 99.99 % quantile of chi-square, by Wilson and Hilferty; the seed is fixed, so that this either always holds or never does.
        double freedom = expected.Count(p => p > 0) - 1;
        var quantile = freedom * Math.Pow(1 - (2 / (9 * freedom)) + (3.719 * Math.Sqrt(2 / (9 * freedom))), 3);
        Assert.InRange(statistic, 0, quantile);
    }

    [Fact]
    public void Top_p_keeps_the_token_that_passes_it_and_always_the_first()
    {
        // Probabilities 1/2, 1/4, 1/8, 1/8: exact in binary.
        var logits = new[] { MathF.Log(2), MathF.Log(4), MathF.Log(1), MathF.Log(1) };
        Assert.Equal([1], Reached(logits, 1e-9));
        Assert.Equal([1], Reached(logits, 0.4));
        Assert.Equal([0, 1], Reached(logits, 0.6));
        Assert.Equal([0, 1, 2], Reached(logits, 0.8));
        Assert.Equal([0, 1, 2, 3], Reached(logits, 0.99));
        Assert.Equal([0, 1, 2, 3], Reached(logits, 1));
    }

    [Fact]
    public void Top_p_on_equal_logits_takes_the_lower_ids() => Assert.Equal([0, 1, 2], Reached(new float[10], 0.25));

    [Fact]
    public void Top_k_keeps_ties_with_the_last() =>
        Assert.Equal([0, 2, 3], Draw([5, 1, 4, 4], new SamplingParameters { Temperature = 9, TopK = 2 }, 500).Distinct().Order());

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(1000)]
    public void Top_k_of_any_size_agrees_with_sorting(int topK)
    {
        var random = new Random(5);
        var logits = Enumerable.Range(0, 300).Select(_ => (float)random.NextDouble()).ToArray();
        var allowed = logits.Select((logit, id) => (logit, id)).OrderByDescending(x => x.logit).Take(topK).Select(x => x.id).ToHashSet();

        var drawn = Draw(logits, new SamplingParameters { Temperature = 100, TopK = topK }, 5000).Distinct().ToArray();

        Assert.All(drawn, id => Assert.Contains(id, allowed));
        Assert.Equal(allowed.Count, drawn.Length);
    }

    [Fact]
    public void A_vanishing_temperature_is_greedy() =>
        Assert.Equal([2], Draw([1, 2, 2.001f, -4], new SamplingParameters { Temperature = 1e-30 }, 50).Distinct());

    [Fact]
    public void A_draw_depends_on_seed_and_step_alone()
    {
        var logits = new float[1000];
        var parameters = new SamplingParameters { Temperature = 1 };
        var forward = Enumerable.Range(0, 50).Select(step => Sampler.Next(logits, parameters, new SampleStream(4), step)).ToArray();
        var backward = Enumerable.Range(0, 50).Reverse().Select(step => Sampler.Next(logits, parameters, new SampleStream(4), step)).Reverse();
        var other = Enumerable.Range(0, 50).Select(step => Sampler.Next(logits, parameters, new SampleStream(5), step));

        Assert.Equal(forward, backward);
        Assert.NotEqual(forward, other);
    }

    [Fact]
    public void Numbers_of_neighbouring_seeds_and_steps_are_uniform_and_unrelated()
    {
        const int Side = 400;
        double sum = 0, products = 0;
        for (var seed = 0; seed < Side; seed++)
        {
            for (var step = 0; step < Side; step++)
            {
                var here = new SampleStream(seed).Uniform(step);
                Assert.InRange(here, 0, 1 - 1e-16);
                sum += here;
                products += (here - 0.5) * (new SampleStream(seed + 1).Uniform(step) - 0.5);
            }
        }

        const double Count = Side * Side;
        Assert.InRange(sum / Count, 0.5 - (4 / Math.Sqrt(12 * Count)), 0.5 + (4 / Math.Sqrt(12 * Count)));
        Assert.InRange(products / Count * 12, -4 / Math.Sqrt(Count), 4 / Math.Sqrt(Count));
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        var logits = Enumerable.Range(0, 5000).Select(i => MathF.Sin(i)).ToArray();
        var parameters = new SamplingParameters { Temperature = 0.8, TopK = 500, TopP = 0.9 };
        var least = long.MaxValue;
        for (var i = 0; i < 50; i++)
        {
            // The least of many: the pool gives its arrays back when a collection finds memory short, which may happen at any time.
            var before = GC.GetAllocatedBytesForCurrentThread();
            Sampler.Next(logits, parameters, new SampleStream(1), i);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static IEnumerable<int> Reached(float[] logits, double topP) =>
        Draw(logits, new SamplingParameters { Temperature = 1, TopP = topP }, 2000).Distinct().Order();

    private static int[] Draw(float[] logits, SamplingParameters parameters, int draws) =>
        Enumerable.Range(0, draws).Select(step => Sampler.Next(logits, parameters, new SampleStream(12), step)).ToArray();

    private static double[] Distribution(float[] logits, double temperature, int topK, double topP)
    {
        var p = logits.Select(logit => Math.Exp(logit / temperature)).ToArray();
        var ranked = Enumerable.Range(0, p.Length).OrderByDescending(id => p[id]).ToArray();
        if (topK > 0) foreach (var id in ranked[topK..]) p[id] = 0;
        var total = p.Sum();
        double before = 0;
        foreach (var id in ranked)
        {
            var own = p[id] / total;
            if (before > topP) p[id] = 0;
            before += own;
        }

        total = p.Sum();
        return p.Select(x => x / total).ToArray();
    }
}
