using ResPrune.Cli.Evaluation;

namespace ResPrune.Cli.Tests.Evaluation;

public sealed class IntervalTests
{
    // Published values: Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 3.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void SharesHaveWilsonsInterval(int successes, int trials, double low, double high)
    {
        var interval = Interval.Share(successes, trials);
        Assert.Equal((double)successes / trials, interval.Value, 12);
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    [Fact]
    public void WithOneQuestionAPictureThePairedIntervalIsThatOfAMean()
    {
        // Mean 0.5, sample variance 5/11: half = 1.96 √(5/11/12).
        var pairs = Enumerable.Range(0, 12).Select(picture => ((long)picture, picture % 4 == 0 ? -1 : 1)).ToList();
        var interval = Interval.PairedMean(pairs);
        Assert.Equal(0.5, interval.Value, 12);
        var deviation = Math.Sqrt(((3 * 1.5 * 1.5) + (9 * 0.5 * 0.5)) / 11);
        Assert.Equal(0.5 - (1.959964 * deviation / Math.Sqrt(12)), interval.Low, 5);
        Assert.Equal(0.5 + (1.959964 * deviation / Math.Sqrt(12)), interval.High, 5);
    }

    [Fact]
    public void QuestionsAboutOnePictureCountAsOneObservationWhenTheyAgree()
    {
        var single = Enumerable.Range(0, 10).Select(picture => ((long)picture, picture % 2)).ToList();
        var eightfold = single.SelectMany(pair => Enumerable.Repeat(pair, 8)).ToList();
        var (one, eight) = (Interval.PairedMean(single), Interval.PairedMean(eightfold));
        Assert.Equal(one.Low, eight.Low, 9);
        Assert.Equal(one.High, eight.High, 9);
    }
}
