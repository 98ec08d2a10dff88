using System.Text.Json;
using ResPrune.Cli.Benchmarking;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Json;
using ResPrune.Cli.Rendering;
using ResPrune.Cli.Running;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Inspection;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Weights;

namespace ResPrune.Cli.Inspecting;

/// <summary><c>resprune model check</c> from beginning to end.</summary>
internal static class CheckSession
{
    private const string Question = "What is in the picture?";

    /// <summary>Runs it.</summary>
    /// <exception cref="ModelLoadException">The model cannot be served.</exception>
    /// <exception cref="InterruptedException">A signal came.</exception>
    public static async Task<int> RunAsync(CheckSettings settings, TextWriter output, TextWriter error)
    {
        using var interruption = new Interruption();
        try
        {
            var report = await CheckAsync(settings, error, interruption.Token);
            if (settings.Json) output.WriteLine(JsonSerializer.Serialize(report, CliJsonContext.Printed.CheckReport));
            else Consoles.Plain(output).Write(CheckTable.Of(report));
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            throw new InterruptedException("interrupted; the model was not checked to the end.");
        }
    }

    private static async Task<CheckReport> CheckAsync(CheckSettings settings, TextWriter error, CancellationToken cancellationToken)
    {
        // What the headers already show is said before gigabytes are read.
        var directory = settings.Engine.ModelDirectory;
        ModelInspector.RequireFit(settings.Engine);
        error.WriteLine("reading the weight files for comparison");
        var readSeconds = 0.0;
        for (var time = 0; time < 2; time++)
        {
            // The first time fills what caches lie below this machine's own, which nothing here can empty; loading finds them full too.
            WeightFileReading.DropFromCache(directory);
            readSeconds = WeightFileReading.Seconds(directory, cancellationToken);
        }

        error.WriteLine("loading");
        WeightFileReading.DropFromCache(directory);
        await using var engine = await VisionLanguageEngine.LoadAsync(settings.Engine, cancellationToken: cancellationToken);
        var peakLoading = PeakMemory.Bytes();
        error.WriteLine("answering");
        var picture = SyntheticPictures.Make(1)[0];
        var answers = new List<CheckAnswer>();
        foreach (var keep in ((string[])["all", settings.Keep]).Distinct())
            answers.Add(CheckAnswer.Of(keep, await AskAsync(engine, picture, keep, settings.MaxTokens, cancellationToken)));
        var (model, loading) = (engine.Model, engine.Loading);
        return new CheckReport
        {
            Model = model.Name,
            ModelType = model.ModelType,
            Parameters = model.Parameters,
            Device = model.Device,
            DType = model.DType,
            WeightsDigest = model.WeightsDigest,
            FileBytes = loading.FileBytes,
            ReadSeconds = readSeconds,
            LoadSeconds = loading.Seconds,
            LoadToRead = loading.Seconds / readSeconds,
            WeightBytes = loading.WeightBytes,
            PeakMemoryLoading = peakLoading,
            PeakMemory = PeakMemory.Bytes(),
            PeakMemoryBound = loading.PeakMemoryBound,
            Answers = answers,
            Notices = model.Notices,
        };
    }

    private static async Task<GenerationResult> AskAsync(
        VisionLanguageEngine engine, ReadOnlyMemory<byte> picture, string keep, int maxTokens, CancellationToken cancellationToken)
    {
        var outcome = await engine.GenerateAsync(
            new GenerationRequest
            {
                RequestId = keep,
                Image = picture,
                Question = Question,
                Sampling = new SamplingParameters { MaxTokens = maxTokens, IgnoreEos = true },
                Pruning = new PruningOptions { Keep = TokenBudget.Parse(keep) },
            },
            cancellationToken);
        return outcome switch
        {
            GenerationResult result => result,
            GenerationFailure failure => throw new ModelLoadException($"The model loads and cannot answer: {failure.Message}"),
            _ => throw new InvalidOperationException($"Unknown outcome: {outcome}"),
        };
    }
}
