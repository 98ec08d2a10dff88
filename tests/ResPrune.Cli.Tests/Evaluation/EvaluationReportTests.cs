using ResPrune.Cli.Evaluation;
using ResPrune.Cli.Rendering;
using ResPrune.Inference.Engine;
using ResPrune.TinyModel.Questions;

namespace ResPrune.Cli.Tests.Evaluation;

public sealed class EvaluationReportTests
{
    private static readonly IReadOnlyList<EvaluationArm> Arms = EvaluationArm.Cross(["all", "1/3"], ["resprune", "random"]);

    [Fact]
    public void ABudgetThatKeepsEverythingStandsOnce() =>
        Assert.Equal([new("all", "none"), new("1/3", "resprune"), new("1/3", "random")], Arms);

    [Fact]
    public void AccuracyIsCountedByArmAndKindAndComparedQuestionByQuestion()
    {
        EvaluationOutcome[] outcomes =
        [
            new(1, QuestionKind.Exist, [true, true, false], 9, [9, 3, 3]),
            new(1, QuestionKind.Color, [true, true, true], 9, [9, 3, 3]),
            new(2, QuestionKind.Exist, [true, false, false], 9, [9, 3, 3]),
            new(2, QuestionKind.Color, [false, true, false], 9, [9, 3, 3]),
        ];
        var report = EvaluationReport.Of(new ModelDescription("m", "llava", 1, "cpu", "float32", "d", 0.75), 7, Arms, outcomes);

        Assert.Equal([0.75, 0.75, 0.25], report.Scores.Select(score => score.Accuracy.Value));
        Assert.Equal([1.0, 1.0, 1.0 / 3], report.Scores.Select(score => score.ShareOfFull!.Value));
        Assert.Equal([("exist", 0.5), ("color", 1.0)], report.Scores[1].Kinds.Select(kind => (kind.Kind, kind.Accuracy.Value)));
        Assert.Equal(2, report.Pictures);
        var difference = Assert.Single(report.Differences);
        Assert.Equal("1/3", difference.Keep);
        Assert.Equal(0.5, difference.ResPruneMinusRandom.Value);

        using var text = new StringWriter();
        Consoles.Plain(text).Write(EvaluationTables.Of(report));
        Assert.Contains("33.3 %", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("+0.500", text.ToString(), StringComparison.Ordinal);
    }
}
