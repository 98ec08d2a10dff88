using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Sampling;

namespace ResPrune.Inference.Tests.Sampling;

/// <summary>The rules of <c>generation_config.json</c> on one row of logits, against what transformers' processors are defined to do.</summary>
public sealed class LogitRulesTests
{
    private static readonly int[] Prompt = [1, 2, 3, 1, 2];

    [Fact]
    public void APenaltyDividesWhatIsPositiveAndMultipliesWhatIsNegativeOncePerToken()
    {
        // 1 and 2 stand twice in the prompt; 4 is the answer's.
        var logits = Apply(new GenerationConfig(), [0, 2, -2, 0, 3, 5], generated: [4], penalty: 2);
        Assert.Equal([0, 1, -4, 0, 1.5f, 5], logits);
    }

    [Fact]
    public void SuppressedTokensAreBarredAlwaysAndThoseOfTheBeginningOnlyThere()
    {
        var config = new GenerationConfig { SuppressTokens = [0, 4], BeginSuppressTokens = [5] };
        Assert.Equal([0, 4, 5], Barred(config, []));
        Assert.Equal([0, 4], Barred(config, [3]));
    }

    [Theory]
    [InlineData(1, new[] { 1, 2, 3 })]
    [InlineData(2, new[] { 3 })]
    [InlineData(3, new[] { 3 })]
    [InlineData(4, new int[0])]
    [InlineData(6, new int[0])]
    [InlineData(9, new int[0])]
    public void ARunOfThePromptIsNotCompletedAgain(int size, int[] expected) =>
        Assert.Equal(expected, Barred(new GenerationConfig { NoRepeatNgramSize = size }, []));

    [Fact]
    public void ARunOfTheAnswerIsNotCompletedAgain() => Assert.Equal([1, 5], Barred(new GenerationConfig { NoRepeatNgramSize = 2 }, [3, 5, 3]));

    [Fact]
    public void BadWordsAreBarredOnlyWhereTheyWouldBeComplete()
    {
        var config = new GenerationConfig { BadWords = [[0], [2, 4], [3, 5], [9, 9, 9, 9, 9, 9, 9]] };
        Assert.Equal([0, 4], Barred(config, []));
        Assert.Equal([0, 5], Barred(config, [3]));
    }

    [Fact]
    public void AnEndOfTheAnswerIsNoBadWordByItselfAndIsBarredUntilTheAnswerIsLongEnough()
    {
        Assert.Empty(Barred(new GenerationConfig { BadWords = [[5]] }, [], eos: [5]));
        var config = new GenerationConfig { MinNewTokens = 2 };
        Assert.Equal([4, 5], Barred(config, [], eos: [4, 5]));
        Assert.Equal([4, 5], Barred(config, [3], eos: [4, 5]));
        Assert.Empty(Barred(config, [3, 3], eos: [4, 5]));
    }

    [Fact]
    public void MinPKeepsWhatHasThatShareOfTheLikeliest()
    {
        // Probabilities in the ratio 1 : 1/2 : 1/4 : 1/8 at temperature 1.
        var logits = Enumerable.Range(0, 4).Select(i => -i * MathF.Log(2)).ToArray();
        Assert.Equal([0, 1], Reached(logits, 0.4, temperature: 1));
        Assert.Equal([0, 1, 2], Reached(logits, 0.2, temperature: 1));
        Assert.Equal([0, 1, 2, 3], Reached(logits, 0.2, temperature: 2));
        Assert.Equal([0], Reached(logits, 1, temperature: 2));
        Assert.Equal([0, 1, 2, 3], Reached(logits, 0, temperature: 1));
    }

    private static IEnumerable<int> Reached(float[] logits, double minP, double temperature)
    {
        var parameters = new SamplingParameters { Temperature = temperature, MinP = minP };
        return Enumerable.Range(0, 1000).Select(step => Sampler.Next(logits, parameters, new SampleStream(3), step)).Distinct().Order();
    }

    private static IEnumerable<int> Barred(GenerationConfig config, int[] generated, int[]? eos = null) =>
        Apply(config, [1, 1, 1, 1, 1, 1], generated, 1, eos).Index().Where(logit => float.IsNegativeInfinity(logit.Item)).Select(logit => logit.Index);

    private static float[] Apply(GenerationConfig config, float[] logits, int[] generated, double penalty, int[]? eos = null)
    {
        int[] context = [.. Prompt, .. generated];
        LogitRules.Apply(logits, config, penalty, eos ?? [], context, context.ToHashSet(), generated.Length);
        return logits;
    }
}
