using System.Diagnostics;
using System.Globalization;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Pruning;

namespace ResPrune.Cli.Benchmarking;

/// <summary>
/// Measures budgets against each other in one process: after a warm-up they take turns, so that whatever the machine does meanwhile
/// falls on all of them, and each reports the median of its turns.
/// </summary>
internal static class BenchmarkRunner
{
    /// <summary>Turns of every budget.</summary>
    public const int Repetitions = 3;

    private const string Question = "What colour is the large object on the left side of the picture?";

    /// <summary>Measures all budgets at one batch size.</summary>
    /// <param name="engine">An engine of that batch size.</param>
    /// <param name="batchSize">The batch size.</param>
    /// <param name="settings">Budgets, lengths and picture sizes.</param>
    /// <param name="pictures">All different: the engine would encode equal ones once.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(
        IVisionLanguageEngine engine,
        int batchSize,
        BenchmarkSettings settings,
        IReadOnlyList<ReadOnlyMemory<byte>> pictures,
        CancellationToken cancellationToken)
    {
        var warmUp = pictures.Take(batchSize).ToList();
        foreach (var keep in settings.Keep) await MeasureAsync(engine, keep, settings, batchSize, warmUp, cancellationToken);
        var turns = settings.Keep.ToDictionary(keep => keep, _ => new List<Repetition>());
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            foreach (var keep in settings.Keep)
                turns[keep].Add(await MeasureAsync(engine, keep, settings, batchSize, pictures, cancellationToken));
        }

        var full = settings.Keep.FirstOrDefault(keep => TokenBudget.Parse(keep).KeepsAll);
        double? reference = full is null ? null : Median(turns[full], turn => turn.ImagesPerSecond);
        return [.. settings.Keep.Select(keep => Row(batchSize, keep, turns[keep], reference))];
    }

    private static async Task<Repetition> MeasureAsync(
        IVisionLanguageEngine engine,
        string keep,
        BenchmarkSettings settings,
        int batchSize,
        IReadOnlyList<ReadOnlyMemory<byte>> pictures,
        CancellationToken cancellationToken)
    {
        var budget = TokenBudget.Parse(keep);
        var started = Stopwatch.GetTimestamp();
        // Three batches under way: one on the device, one prepared, one being prepared.
        using var places = new SemaphoreSlim(3 * batchSize);
        var asked = new List<Task<GenerationOutcome>>(pictures.Count);
        foreach (var picture in pictures)
        {
            await places.WaitAsync(cancellationToken);
            asked.Add(AskAsync(picture, asked.Count));
        }

        var outcomes = await Task.WhenAll(asked);
        return new Repetition(Stopwatch.GetElapsedTime(started).TotalSeconds, [.. outcomes.Select(Result)]);

        async Task<GenerationOutcome> AskAsync(ReadOnlyMemory<byte> picture, int number)
        {
            try
            {
                return await engine.GenerateAsync(
                    new GenerationRequest
                    {
                        RequestId = number.ToString(CultureInfo.InvariantCulture),
                        Image = picture,
                        Question = Question,
                        Sampling = new SamplingParameters { MaxTokens = settings.MaxTokens, Temperature = 0, IgnoreEos = true },
                        Pruning = new PruningOptions { Keep = budget },
                        ImageSize = settings.PictureSize,
                    },
                    cancellationToken);
            }
            finally
            {
                places.Release();
            }
        }
    }

    private static BenchmarkRow Row(int batchSize, string keep, List<Repetition> turns, double? reference)
    {
        var speed = Median(turns, turn => turn.ImagesPerSecond);
        double Stage(Func<RequestWork, double> stage) => Median(turns, turn => turn.Milliseconds(stage));
        return new BenchmarkRow
        {
            BatchSize = batchSize,
            Keep = keep,
            TokensTotal = turns[0].Results.Average(result => result.Usage.VisualTokensTotal),
            TokensKept = turns[0].Results.Average(result => result.Usage.VisualTokensKept),
            ImagesPerSecond = speed,
            SpeedUp = speed / reference,
            PreprocessMilliseconds = Stage(work => work.PreprocessSeconds),
            EncodeMilliseconds = Stage(work => work.EncodeSeconds),
            PruneMilliseconds = Stage(work => work.PruneSeconds),
            PrefillMilliseconds = Stage(work => work.PrefillSeconds),
            DecodeMilliseconds = Stage(work => work.DecodeSeconds),
        };
    }

    private static double Median(List<Repetition> turns, Func<Repetition, double> value) =>
        turns.Select(value).Order().ElementAt(turns.Count / 2);

    private static GenerationResult Result(GenerationOutcome outcome) => outcome as GenerationResult
        ?? throw new InvalidOperationException($"A picture made for the measurement could not be asked about: {outcome}");
}
