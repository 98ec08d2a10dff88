using ResPrune.Inference.Engine;
using ResPrune.TinyModel.Questions;

namespace ResPrune.Cli.Evaluation;

/// <summary>What <c>resprune eval</c> found; also what <c>--json</c> prints.</summary>
internal sealed record EvaluationReport
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Digest of its weights.</summary>
    public required string WeightsDigest { get; init; }

    /// <summary>What it computed in.</summary>
    public required string DType { get; init; }

    /// <summary>Visual tokens of a picture before pruning.</summary>
    public required double VisualTokens { get; init; }

    /// <summary>Smaller pictures were enlarged to as many pixels; null: the model's own bound.</summary>
    public int? MinPixels { get; init; }

    /// <summary>Larger pictures were reduced to as many pixels; null: the model's own bound.</summary>
    public int? MaxPixels { get; init; }

    /// <summary>Seed of the first scene.</summary>
    public required long FirstSeed { get; init; }

    /// <summary>Questions asked of every arm.</summary>
    public required int Questions { get; init; }

    /// <summary>Pictures they are about.</summary>
    public required int Pictures { get; init; }

    /// <summary>Budget by pruner.</summary>
    public required IReadOnlyList<EvaluationScore> Scores { get; init; }

    /// <summary>ResPrune against the random control, where both ran.</summary>
    public required IReadOnlyList<EvaluationDifference> Differences { get; init; }

    /// <summary>Adds up the outcomes.</summary>
    public static EvaluationReport Of(
        ModelDescription model, long firstSeed, IReadOnlyList<EvaluationArm> arms, IReadOnlyList<EvaluationOutcome> outcomes)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(arms);
        ArgumentNullException.ThrowIfNull(outcomes);
        var full = Enumerable.Range(0, arms.Count).Where(arm => arms[arm].IsFull).Select(arm => (int?)arm).FirstOrDefault();
        return new EvaluationReport
        {
            Model = model.Name,
            WeightsDigest = model.WeightsDigest,
            DType = model.DType,
            VisualTokens = outcomes.Average(outcome => outcome.VisualTokens),
            FirstSeed = firstSeed,
            Questions = outcomes.Count,
            Pictures = outcomes.Select(outcome => outcome.Picture).Distinct().Count(),
            Scores = [.. arms.Select((arm, index) => Score(arm, index, full, outcomes))],
            Differences = [.. PairedDifferences(arms, outcomes)],
        };
    }

    private static EvaluationScore Score(EvaluationArm arm, int index, int? full, IReadOnlyList<EvaluationOutcome> outcomes)
    {
        var overall = Share(outcomes, index);
        var kinds = outcomes.GroupBy(outcome => outcome.Kind).OrderBy(kind => kind.Key)
            .Select(kind => new KindAccuracy(Name(kind.Key), kind.Count(), Share([.. kind], index)));
        double? share = full is { } reference && Share(outcomes, reference).Value is > 0 and var best ? overall.Value / best : null;
        return new EvaluationScore(arm.Keep, arm.Pruner, outcomes.Average(outcome => outcome.Kept[index]), overall, share, [.. kinds]);
    }

    private static IEnumerable<EvaluationDifference> PairedDifferences(
        IReadOnlyList<EvaluationArm> arms, IReadOnlyList<EvaluationOutcome> outcomes)
    {
        for (var arm = 0; arm < arms.Count; arm++)
        {
            if (arms[arm].Pruner != "resprune") continue;
            var control = arms.ToList().FindIndex(other => other == arms[arm] with { Pruner = "random" });
            if (control < 0) continue;
            var (ours, theirs) = (arm, control);
            var pairs = outcomes.Select(outcome => (outcome.Picture, (outcome.Right[ours] ? 1 : 0) - (outcome.Right[theirs] ? 1 : 0)))
                .ToList();
            yield return new EvaluationDifference(arms[arm].Keep, Interval.PairedMean(pairs));
        }
    }

    private static Interval Share(IReadOnlyList<EvaluationOutcome> outcomes, int arm) =>
        Interval.Share(outcomes.Count(outcome => outcome.Right[arm]), outcomes.Count);

    private static string Name(QuestionKind kind) => kind.ToString().ToLowerInvariant();
}
