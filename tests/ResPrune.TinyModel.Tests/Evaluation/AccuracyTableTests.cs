using ResPrune.TinyModel.Questions;

namespace ResPrune.TinyModel.Evaluation;

public sealed class AccuracyTableTests
{
    [Fact]
    public void QuestionsAboutOnePictureCountAsOneObservation()
    {
        var apart = new AccuracyTable(Items(pictures: 100, each: 1)).Interval(Alternating(100, 1));
        var together = new AccuracyTable(Items(pictures: 100, each: 4)).Interval(Alternating(100, 4));

        Assert.Equal(0.5, apart.Mean, 9);
        Assert.Equal(apart.Mean, together.Mean, 9);
        Assert.Equal(apart.Half, together.Half, 9);
        Assert.Equal(1.96 * 0.5 / Math.Sqrt(99), apart.Half, 9);
    }

    [Fact]
    public void AComparisonIsMadeQuestionByQuestion()
    {
        var table = new AccuracyTable(Items(pictures: 4, each: 1));
        var better = new EvaluationRun("16", "resprune", [true, true, true, false]);
        var worse = new EvaluationRun("16", "random", [true, false, true, false]);

        Assert.StartsWith("keep 16: resprune - random = 0.250, 95 % [", table.Compare(better, worse), StringComparison.Ordinal);
    }

    [Fact]
    public void ALineGivesTheShareOfFullAccuracyAndEveryKind()
    {
        var table = new AccuracyTable(Items(pictures: 2, each: 2));
        var full = new EvaluationRun("all", "none", [true, true, true, true]);
        var pruned = new EvaluationRun("48", "resprune", [true, false, true, true]);

        var cells = table.Line(pruned, full).Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["48", "resprune"], cells[..2]);
        Assert.Equal("0.750", cells[3]);
        Assert.Equal(["1.000", "0.500"], cells[4..6]);
    }

    private static EvaluationItem[] Items(int pictures, int each) =>
        [.. Enumerable.Range(0, pictures * each).Select(i => new EvaluationItem(i / each, ReadOnlyMemory<byte>.Empty, new Question((QuestionKind)(i % each), "?", "yes")))];

    private static int[] Alternating(int pictures, int each) => [.. Enumerable.Range(0, pictures * each).Select(i => i / each % 2)];
}
