using System.Text.Json;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Json;
using ResPrune.Cli.Rendering;
using ResPrune.Cli.Running;
using ResPrune.Inference.Engine;
using ResPrune.TinyModel.Questions;
using ResPrune.TinyModel.Scenes;

namespace ResPrune.Cli.Evaluation;

/// <summary><c>resprune eval</c> from beginning to end.</summary>
internal static class EvaluationSession
{
    /// <summary>Runs it.</summary>
    /// <exception cref="UsageException">The drawings are missing.</exception>
    /// <exception cref="ModelLoadException">The model cannot be served.</exception>
    public static async Task<int> RunAsync(EvaluationSettings settings, TextWriter output, TextWriter error)
    {
        using var interruption = new Interruption();
        using var icons = LoadIcons(settings.Icons);
        await using var engine = await VisionLanguageEngine.LoadAsync(settings.Engine, cancellationToken: interruption.Token);
        var arms = EvaluationArm.Cross(settings.Keep, settings.Pruners);
        var firstSeed = SeedRanges.Evaluation + settings.SeedOffset;
        try
        {
            var outcomes = await EvaluationRunner.RunAsync(
                engine,
                EvaluationSet.Generate(icons, firstSeed, settings.Questions),
                arms,
                settings.PictureSize,
                settings.Engine.BatchSize,
                new StepCounter(error, "questions", settings.Questions),
                interruption.Token);
            var report = EvaluationReport.Of(engine.Model, firstSeed, arms, outcomes) with { MinPixels = settings.PictureSize.MinPixels, MaxPixels = settings.PictureSize.MaxPixels };
            if (settings.Json) output.WriteLine(JsonSerializer.Serialize(report, CliJsonContext.Printed.EvaluationReport));
            else Consoles.Plain(output).Write(EvaluationTables.Of(report));
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            throw new InterruptedException("interrupted; nothing was measured.");
        }
    }

    private static IconLibrary LoadIcons(string? directory)
    {
        try
        {
            return IconLibrary.Load(directory);
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException)
        {
            throw new UsageException(exception.Message, exception);
        }
    }
}
