using System.Globalization;
using ResPrune.TinyModel.Questions;

namespace ResPrune.TinyModel.Evaluation;

/// <summary>The results of several runs over the same questions.</summary>
internal sealed class AccuracyTable(IReadOnlyList<EvaluationItem> items)
{
    private const double Normal95 = 1.96;

    /// <summary>The table's head, in Markdown.</summary>
    public static IEnumerable<string> Head() =>
    [
        "| keep | pruner | all kinds | of all tokens' | " + string.Join(" | ", EvaluationSet.Kinds.Select(k => k.ToString().ToLowerInvariant())) + " |",
        "|---|---|---|---|" + string.Concat(EvaluationSet.Kinds.Select(_ => "---|")),
    ];

    /// <summary>One run's line.</summary>
    /// <param name="run">The run.</param>
    /// <param name="full">The run with all tokens, or null when there is none.</param>
    public string Line(EvaluationRun run, EvaluationRun? full)
    {
        var (mean, half) = Interval([.. run.Right.Select(r => r ? 1 : 0)]);
        var kinds = EvaluationSet.Kinds.Select(kind => Number(Share(run, kind)));
        return $"| {run.Keep} | {run.Pruner} | {Number(mean)} ± {Number(half)} | {(full is null ? "" : Number(run.Accuracy / full.Accuracy))} | {string.Join(" | ", kinds)} |";
    }

    /// <summary>How much better one run is than another on the same questions, with its 95 % interval.</summary>
    public string Compare(EvaluationRun one, EvaluationRun other)
    {
        var (mean, half) = Interval([.. one.Right.Select((r, i) => (r ? 1 : 0) - (other.Right[i] ? 1 : 0))]);
        return $"keep {one.Keep}: {one.Pruner} - {other.Pruner} = {Number(mean)}, 95 % [{Number(mean - half)}, {Number(mean + half)}]";
    }

    /// <summary>Mean and half-width of its 95 % interval. Questions about one picture are not independent, so pictures are what is counted.</summary>
    internal (double Mean, double Half) Interval(int[] values)
    {
        var mean = values.Average();
        var residuals = values.Select((v, i) => (Residual: v - mean, items[i].Seed)).GroupBy(v => v.Seed).Select(g => g.Sum(v => v.Residual)).ToArray();
        var pictures = (double)residuals.Length;
        var variance = pictures < 2 ? 0 : residuals.Sum(r => r * r) * pictures / (pictures - 1);
        return (mean, Normal95 * Math.Sqrt(variance) / values.Length);
    }

    private double Share(EvaluationRun run, QuestionKind kind)
    {
        var of = Enumerable.Range(0, items.Count).Where(i => items[i].Question.Kind == kind).ToArray();
        return of.Count(i => run.Right[i]) / (double)Math.Max(1, of.Length);
    }

    private static string Number(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
