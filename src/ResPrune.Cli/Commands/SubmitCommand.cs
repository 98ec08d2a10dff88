using System.CommandLine;
using System.Globalization;
using ResPrune.Cli.Fleet;
using ResPrune.Server.Fleet;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune submit INPUT</c>: gives a batch to a fleet.</summary>
internal sealed class SubmitCommand
{
    private readonly JobArguments _job = new();
    private readonly PictureSizeArguments _pictureSize = new();
    private readonly FleetArguments _fleet = new();

    private readonly Option<string?> _key = FleetArguments.Text(
        "--key", "TEXT", "Makes the submission repeatable: the same key and the same job give the same batch, another job is refused.");

    private readonly Option<string?> _model = FleetArguments.Text(
        "--model", "NAME[@DIGEST]", "Model that answers the batch, one that workers of the fleet serve. Default: theirs, when all serve the same weights.");

    private readonly Option<bool> _waitForWorkers = new("--wait-for-workers")
    {
        Description = "Submit also when no worker with the model is there yet, as in a fleet that is scaled down to none.",
    };

    private readonly Option<string?> _images = FleetArguments.Text(
        "--images", "URL", "Container that relative picture names start in; the silos must be allowed to read it. Default: pictures are uploaded.");

    private readonly Option<TimeSpan?> _expiresIn = ValueOption.Create<TimeSpan?>(
        "--expires-in", "30s|15m|24h|7d", "End the batch after this time with what it has. Default: never.", null, text => Span(text));

    private readonly Option<int> _priority = ValueOption.Number(
        "--priority", "N", "Share of the fleet against other batches; ten more double it.", 0, -100, 100);

    private readonly Option<int?> _rowsPerShard = ValueOption.OptionalNumber(
        "--rows-per-shard", "N", "Rows of one unit of work. Default: 8 to 64, by the size of the batch.", 1, 1_000_000);

    private SubmitCommand()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var options = new SubmitCommand();
        var command = new Command(
            "submit",
            "Gives a batch to a fleet; prints its id alone on the last line. A batch is one input, answered once: there is no --retry here as 'run' has it. To ask "
            + "again what failed, or what has changed since, submit those rows as another batch.");
        options._job.AddTo(command);
        options._pictureSize.AddTo(command);
        options._fleet.AddTo(command);
        Option[] others = [options._key, options._images, options._model, options._waitForWorkers, options._expiresIn, options._priority, options._rowsPerShard];
        foreach (var option in others) command.Add(option);
        command.SetAction((parsed, _) => SubmitSession.RunAsync(
            options.Read(parsed), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private SubmitSettings Read(ParseResult parsed)
    {
        var pictureSize = _pictureSize.Read(parsed);
        return new SubmitSettings
        {
            Fleet = FleetConfiguration.Connection(_fleet.Configure(parsed)),
            Input = _job.Input(parsed),
            Questions = _job.Questions(parsed),
            Limit = _job.Limit(parsed),
            ImageRoots = _job.ImageRoots(parsed),
            Key = parsed.GetValue(_key),
            Images = parsed.GetValue(_images),
            RowsPerShard = parsed.GetValue(_rowsPerShard),
            Model = parsed.GetValue(_model),
            WaitForWorkers = parsed.GetValue(_waitForWorkers),
            Spec = _job.Spec(parsed, FleetModelChoice.AnyModel) with
            {
                MinPixels = pictureSize.MinPixels,
                MaxPixels = pictureSize.MaxPixels,
                Priority = parsed.GetValue(_priority),
                ExpiresAfterSeconds = parsed.GetValue(_expiresIn) is { } span ? (long)span.TotalSeconds : null,
            },
        };
    }

    private static TimeSpan Span(string text)
    {
        var unit = text.Length > 0 ? text[^1] : ' ';
        var seconds = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        if (seconds == 0 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            throw new FormatException($"'{text}' is not a span of time: use 30s, 15m, 24h or 7d.");
        var span = TimeSpan.FromSeconds((long)count * seconds);
        return span >= TimeSpan.FromSeconds(1) && span <= TimeSpan.FromDays(366)
            ? span
            : throw new FormatException($"'{text}' is not between 1s and 366d.");
    }
}
