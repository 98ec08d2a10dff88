using System.Globalization;
using ResPrune.TinyModel.Questions;

namespace ResPrune.TinyModel.Training;

/// <summary>
/// Exact match on held-out scenes while training. An answer that greedy decoding would give is right exactly when every token of the right
/// answer is the most likely one after those before it, so one forward pass tells.
/// </summary>
internal sealed class Probe(Learner learner, BatchFactory factory)
{
    private const int BatchSize = 32;

    /// <summary>Scores by kind.</summary>
    public IReadOnlyList<KindScore> Run(int pictures, int kept)
    {
        var right = new int[Enum.GetValues<QuestionKind>().Length];
        var asked = new int[right.Length];
        for (var first = 0; first < pictures; first += BatchSize)
        {
            var batch = factory.Validation(first, Math.Min(BatchSize, pictures - first), kept);
            var guesses = learner.Run(batch, patchWeight: null).Guesses;
            var targets = batch.Text!.Targets;
            var answers = targets.Select((t, i) => (t.Question, t.Kind, Hit: guesses[i] == t.Token)).GroupBy(t => (t.Question, t.Kind));
            foreach (var answer in answers)
            {
                asked[(int)answer.Key.Kind]++;
                if (answer.All(t => t.Hit))
                    right[(int)answer.Key.Kind]++;
            }
        }

        return [.. Enum.GetValues<QuestionKind>().Select(k => new KindScore(k, right[(int)k], asked[(int)k]))];
    }

    /// <summary>The scores on one line, overall first.</summary>
    public static string Describe(IReadOnlyList<KindScore> scores)
    {
        var overall = (double)scores.Sum(s => s.Right) / scores.Sum(s => s.Asked);
        return string.Create(CultureInfo.InvariantCulture, $"{overall:F3} ")
            + string.Join(' ', scores.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Kind}={(double)s.Right / Math.Max(1, s.Asked):F2}")));
    }
}
