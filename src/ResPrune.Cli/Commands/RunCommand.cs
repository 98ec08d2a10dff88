using System.CommandLine;
using ResPrune.Batch.Passes;
using ResPrune.Cli.Running;
using ResPrune.Inference.Engine;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune run INPUT</c>: answers questions about pictures.</summary>
internal sealed class RunCommand
{
    private readonly JobArguments _job = new();

    private readonly EngineArguments _engine = new();

    private readonly PictureSizeArguments _pictureSize = new();

    private readonly Option<int> _batchSize = ValueOption.Number(
        "--batch-size", "N", "Most requests the device works on together.", 8, 1, 1024);

    private readonly Option<int?> _imageMemory = ValueOption.OptionalNumber(
        "--image-memory", "MIB", "Most memory for images at a time, from decoding until they are answered. Default: a quarter of what is free.", 1, 1 << 30);

    private readonly Option<string> _output = ValueOption.Create(
        "--output", "DIR",
        "Where the results go. The same command with the same DIR goes on where it stopped; after its end it answers what is new, changed or failed.",
        "resprune-output", text => text);

    private readonly Option<string> _retry = ValueOption.Word(
        "--retry",
        "Which rows that have a result are asked again: those that failed, all, or none. New rows, and rows whose line or image has changed, are always asked.",
        "failed", ["failed", "all", "none"]);

    private readonly Option<int?> _metricsPort = ValueOption.OptionalNumber(
        "--metrics-port", "PORT", "Serve Prometheus metrics at http://localhost:PORT/metrics while it runs.", 1, 65535);

    private readonly Option<bool> _json = new("--json")
    {
        Description = "One JSON object on standard output at the end, and nothing else.",
    };

    private readonly Option<bool> _quiet = new("--quiet") { Description = "One line at the end, and nothing else." };

    private RunCommand()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var options = new RunCommand();
        var command = new Command("run", "Answers questions about pictures.");
        options._job.AddTo(command);
        options._engine.AddTo(command);
        options._pictureSize.AddTo(command);
        Option[] others =
        [
            options._batchSize, options._imageMemory, options._output, options._retry, options._metricsPort, options._json,
            options._quiet,
        ];
        foreach (var option in others) command.Add(option);
        command.SetAction((parsed, _) => RunSession.RunAsync(
            options.Read(parsed), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private RunSettings Read(ParseResult parsed)
    {
        var engine = _engine.Read(parsed, parsed.GetValue(_batchSize)) with { ImageMemoryMebibytes = parsed.GetValue(_imageMemory) ?? 0 };
        var pictureSize = _pictureSize.Read(parsed, engine);
        return new RunSettings
        {
            Input = _job.Input(parsed),
            Questions = _job.Questions(parsed),
            Engine = engine,
            Spec = _job.Spec(parsed, ModelName.Of(engine.ModelDirectory)) with
            {
                MinPixels = pictureSize.MinPixels,
                MaxPixels = pictureSize.MaxPixels,
            },
            Output = parsed.GetValue(_output)!,
            Retry = Enum.Parse<RetryPolicy>(parsed.GetValue(_retry)!, ignoreCase: true),
            Limit = _job.Limit(parsed),
            ImageRoots = _job.ImageRoots(parsed),
            MetricsPort = parsed.GetValue(_metricsPort),
            Json = parsed.GetValue(_json),
            Quiet = parsed.GetValue(_quiet),
        };
    }
}
