using System.Text.Json;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Json;
using ResPrune.Cli.Rendering;
using ResPrune.Cli.Running;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Weights;
using ResPrune.TinyModel.Export;

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
                error.WriteLine($"writing {random.Shape} with {random.Layers} decoder layers of random weights to {temporary!.FullName}");
                var shape = CheckpointShape.Llava15With7BillionWidths(random.Layers, random.VisionLayers);
                await RandomCheckpoint.WriteAsync(temporary.FullName, shape, BundledModel.Directory, seed: 0, interruption.Token);
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
            Model = settings.Random is { } random
                ? $"{random.Shape} widths, {random.VisionLayers} + {random.Layers} layers, random weights"
                : model!.Name,
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
