using System.Globalization;
using ResPrune.Inference.Engine;
using ResPrune.TinyModel.Export;
using ResPrune.TinyModel.Scenes;
using ResPrune.TinyModel.Training;
using static TorchSharp.torch;

namespace ResPrune.TinyModel;

/// <summary>The commands of <c>resprune-tinymodel</c>.</summary>
internal static class Commands
{
    public const int UsageError = 2;

    private const string Usage = """
        resprune-tinymodel train  --checkpoint FILE [--icons DIR] [--eyes-steps N] [--steps N] [--batch N] [--rate R] [--kinds W,...] [--dropped SHARE] [--chosen SHARE] [--dtype float32|bfloat16]
        resprune-tinymodel export --checkpoint FILE --out DIR
        resprune-tinymodel samples --out DIR [--icons DIR] [--skip N] [--count N]
        """;

    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            var flags = new Flags(args.Skip(1));
            return args.FirstOrDefault() switch
            {
                "train" => Train(flags, output),
                "export" => Export(flags, output),
                "samples" => Samples(flags, output),
                _ => throw new ArgumentException("Say what to do."),
            };
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or FormatException or ModelLoadException)
        {
            errors.WriteLine(exception.Message);
            errors.WriteLine(Usage);
            return UsageError;
        }
    }

    private static int Export(Flags flags, TextWriter output)
    {
        string checkpoint = flags.Required("checkpoint"), directory = flags.Required("out");
        flags.EnsureAllUsed();
        output.WriteLine($"exported the weights after step {HuggingFaceExporter.Export(checkpoint, directory)} to {directory}");
        return 0;
    }

    private static int Samples(Flags flags, TextWriter output)
    {
        var directory = flags.Required("out");
        var (skip, count) = (flags.Int("skip", 0), flags.Int("count", 12));
        using var icons = IconLibrary.Load(flags.Optional("icons"));
        flags.EnsureAllUsed();
        foreach (var line in SampleWriter.Write(icons, directory, SeedRanges.Samples + skip, count))
            output.WriteLine(line);
        return 0;
    }

    private static int Train(Flags flags, TextWriter output)
    {
        set_num_threads(1);
        using var icons = IconLibrary.Load(flags.Optional("icons"));
        var schedule = new TrainingSchedule
        {
            EyesSteps = flags.Int("eyes-steps", 5000),
            TotalSteps = flags.Int("steps", 20000),
            BatchSize = flags.Int("batch", 16),
            PeakRate = float.Parse(flags.Optional("rate") ?? "0.0015", CultureInfo.InvariantCulture),
        };
        if (flags.Optional("chosen") is { } chosen)
            schedule = schedule with { ChosenShare = float.Parse(chosen, CultureInfo.InvariantCulture) };
        if (flags.Optional("dropped") is { } dropped)
            schedule = schedule with { DroppedShare = float.Parse(dropped, CultureInfo.InvariantCulture) };
        if (flags.Optional("kinds") is { } kinds)
            schedule = schedule with { KindWeights = [.. kinds.Split(',').Select(k => float.Parse(k, CultureInfo.InvariantCulture))] };
        var options = new TrainerOptions
        {
            CheckpointPath = flags.Required("checkpoint"),
            Schedule = schedule,
            Compute = flags.Optional("dtype") switch
            {
                null or "float32" => ScalarType.Float32,
                "bfloat16" => ScalarType.BFloat16,
                var other => throw new ArgumentException($"--dtype {other}: float32 or bfloat16"),
            },
        };
        flags.EnsureAllUsed();
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        using var trainer = new Trainer(icons, options);
        trainer.Run(
            line =>
            {
                output.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss} {line}");
                output.Flush();
            },
            stop.Token);
        return 0;
    }
}
