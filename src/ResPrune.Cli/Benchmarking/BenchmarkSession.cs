using System.Text.Json;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Json;
using ResPrune.Cli.Rendering;
using ResPrune.Cli.Running;
using ResPrune.Inference.Engine;

namespace ResPrune.Cli.Benchmarking;

/// <summary><c>resprune bench</c> from beginning to end.</summary>
internal static class BenchmarkSession
{
    /// <summary>Runs it.</summary>
    /// <exception cref="ModelLoadException">The model cannot be served.</exception>
    public static async Task<int> RunAsync(BenchmarkSettings settings, TextWriter output, TextWriter error)
    {
        using var interruption = new Interruption();
        var temporary = settings.Random is null ? null : Directory.CreateTempSubdirectory("resprune-bench-");
        try
        {
            if (settings.Random is { } random)
            {
                await random.WriteAsync(temporary!.FullName, error, interruption.Token);
                settings = settings with { Engine = settings.Engine with { ModelDirectory = temporary.FullName } };
            }

            var report = await MeasureAsync(settings, error, interruption.Token);
            if (settings.Json) output.WriteLine(JsonSerializer.Serialize(report, CliJsonContext.Printed.BenchmarkReport));
            else Consoles.Plain(output).Write(BenchmarkTable.Of(report));
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            throw new InterruptedException("interrupted; nothing was measured.");
        }
        finally
        {
            temporary?.Delete(recursive: true);
        }
    }

    private static async Task<BenchmarkReport> MeasureAsync(
        BenchmarkSettings settings, TextWriter error, CancellationToken cancellationToken)
    {
        var pictures = SyntheticPictures.Make(settings.Images);
        var rows = new List<BenchmarkRow>();
        ModelDescription? model = null;
        foreach (var batchSize in settings.BatchSizes)
        {
            // One engine at a time: two of them would share the cores, and the memory of a large model.
            var options = settings.Engine with { BatchSize = batchSize, QueueCapacity = 3 * batchSize };
            await using var engine = await VisionLanguageEngine.LoadAsync(options, cancellationToken: cancellationToken);
            model = engine.Model;
            error.WriteLine($"batch size {batchSize}: {string.Join(", ", settings.Keep)}");
            rows.AddRange(await BenchmarkRunner.RunAsync(engine, batchSize, settings, pictures, cancellationToken));
        }

        return new BenchmarkReport
        {
            Model = settings.Random?.Description ?? model!.Name,
            Parameters = model!.Parameters,
            Device = model.Device,
            DType = model.DType,
            Cores = Environment.ProcessorCount,
            Images = settings.Images,
            MinPixels = settings.PictureSize.MinPixels,
            MaxPixels = settings.PictureSize.MaxPixels,
            MaxTokens = settings.MaxTokens,
            Repetitions = BenchmarkRunner.Repetitions,
            Rows = rows,
        };
    }
}
