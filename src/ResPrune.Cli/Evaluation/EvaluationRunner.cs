using System.Globalization;
using ResPrune.Inference.Engine;
using ResPrune.TinyModel.Questions;

namespace ResPrune.Cli.Evaluation;

/// <summary>
/// Asks an engine every question in every way. The ways of one question go to the engine together, so that they share a picture.
/// </summary>
internal static class EvaluationRunner
{
    /// <summary>Answers are a few words; the longest caption of six objects fits.</summary>
    private const int MaxTokens = 48;

    /// <summary>Runs all arms over all items.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="items">Questions with their pictures.</param>
    /// <param name="arms">Ways of answering.</param>
    /// <param name="pictureSize">Bounds on a picture's pixels.</param>
    /// <param name="batchSize">The engine's batch size; a few batches are kept waiting, so that the device never does.</param>
    /// <param name="progress">Told how many questions are done.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The outcomes, in the order of the items.</returns>
    public static async Task<IReadOnlyList<EvaluationOutcome>> RunAsync(
        IVisionLanguageEngine engine,
        IEnumerable<EvaluationItem> items,
        IReadOnlyList<EvaluationArm> arms,
        ImageSizeLimits pictureSize,
        int batchSize,
        IProgress<int> progress,
        CancellationToken cancellationToken)
    {
        var inFlight = Math.Max(2, 3 * batchSize / arms.Count);
        using var places = new SemaphoreSlim(inFlight);
        var asked = new List<Task<EvaluationOutcome>>();
        var done = 0;
        foreach (var item in items)
        {
            await places.WaitAsync(cancellationToken);
            asked.Add(AskAsync(item, asked.Count));
        }

        return await Task.WhenAll(asked);

        async Task<EvaluationOutcome> AskAsync(EvaluationItem item, int number)
        {
            try
            {
                var answers = await Task.WhenAll(
                    arms.Select((arm, index) => engine.GenerateAsync(Request(item, arm, pictureSize, number, index), cancellationToken)));
                progress.Report(Interlocked.Increment(ref done));
                return new EvaluationOutcome(
                    item.Seed, item.Question.Kind, [.. answers.Select(answer => IsRight(item, answer))], Result(answers[0]).Usage.VisualTokensTotal, [.. answers.Select(Kept)]);
            }
            finally
            {
                places.Release();
            }
        }
    }

    private static GenerationRequest Request(EvaluationItem item, EvaluationArm arm, ImageSizeLimits pictureSize, int number, int index) => new()
    {
        RequestId = string.Create(CultureInfo.InvariantCulture, $"{number}/{index}"),
        Image = item.Png,
        Question = item.Question.Text,
        Sampling = new SamplingParameters { MaxTokens = MaxTokens, Temperature = 0 },
        Pruning = arm.Pruning,
        ImageSize = pictureSize,
    };

    private static bool IsRight(EvaluationItem item, GenerationOutcome outcome) => item.IsRight(Result(outcome).Text);

    private static int Kept(GenerationOutcome outcome) => Result(outcome).Usage.VisualTokensKept;

    // The pictures and questions are this project's own: one that cannot be asked would make every number wrong.
    private static GenerationResult Result(GenerationOutcome outcome) => outcome switch
    {
        GenerationResult result => result,
        GenerationFailure failure =>
            throw new InvalidOperationException($"Question {failure.RequestId} could not be asked: {failure.Reason}: {failure.Message}"),
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
    };
}
