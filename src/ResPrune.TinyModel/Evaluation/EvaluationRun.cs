using ResPrune.Inference.Engine;
using ResPrune.Inference.Pruning;
using ResPrune.TinyModel.Questions;

namespace ResPrune.TinyModel.Evaluation;

/// <summary>Which questions were answered right with one way of pruning.</summary>
/// <param name="Keep">The token budget.</param>
/// <param name="Pruner">Who chose the tokens.</param>
/// <param name="Right">One entry a question, in the order of the set.</param>
internal sealed record EvaluationRun(string Keep, string Pruner, bool[] Right)
{
    /// <summary>Requests kept in flight, so that the engine can fill its micro-batches.</summary>
    private const int InFlight = 32;

    /// <summary>Share of right answers.</summary>
    public double Accuracy => Right.Count(r => r) / (double)Right.Length;

    /// <summary>Asks everything once.</summary>
    /// <exception cref="InvalidOperationException">The engine refused a question; the message says why.</exception>
    public static async Task<EvaluationRun> AskAsync(
        IVisionLanguageEngine engine, IReadOnlyList<EvaluationItem> items, string keep, string pruner, CancellationToken cancellationToken)
    {
        var right = new bool[items.Count];
        var pruning = new PruningOptions { Keep = TokenBudget.Parse(keep), Pruner = pruner };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, items.Count),
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellationToken },
            async (i, token) =>
            {
                var request = new GenerationRequest
                {
                    RequestId = $"{items[i].Seed}-{items[i].Question.Kind}",
                    Image = items[i].Png,
                    Question = items[i].Question.Text,
                    Pruning = pruning,
                };
                var outcome = await engine.GenerateAsync(request, token);
                right[i] = outcome is GenerationResult result
                    ? items[i].IsRight(result.Text)
                    : throw new InvalidOperationException($"{request.RequestId}: {outcome}");
            });
        return new EvaluationRun(keep, pruner, right);
    }
}
