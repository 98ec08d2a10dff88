using System.CommandLine;
using ResPrune.Cli.Evaluation;
using ResPrune.Inference.Pruning;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune eval</c>: what pruning costs in quality.</summary>
internal sealed class EvalCommand
{
    private readonly EngineArguments _engine = new();

    private readonly PictureSizeArguments _pictureSize = new();

    private readonly Option<string?> _icons = ValueOption.Create<string?>(
        "--icons", "DIR", "Folder of the emoji drawings that src/ResPrune.TinyModel/fetch-icons.sh makes. Default: where it puts them.",
        null, text => text);

    private readonly Option<int> _questions = ValueOption.Number("--questions", "N", "How many questions.", 4000, 1, 10_000_000);

    private readonly Option<long> _seedOffset = ValueOption.Number(
        "--seed-offset", "N", "Leave out the first N scenes of the evaluation range: other questions, never trained on either.",
        0L, 0L, 1L << 39);

    private readonly Option<IReadOnlyList<string>> _keep = ValueOption.List(
        "--keep", "LIST", "Token budgets, between commas.", ["all", "1/3", "2/9", "1/9"], JobArguments.Keep);

    private readonly Option<IReadOnlyList<string>> _pruners = ValueOption.List(
        "--pruner", "LIST", "Pruners, between commas.", ["resprune", "random"], text => ValueOption.Word(text, VisualTokenPruners.Names));

    private readonly Option<int> _batchSize = ValueOption.Number(
        "--batch-size", "N", "Most requests the device works on together.", 8, 1, 1024);

    private readonly Option<bool> _json = new("--json") { Description = "The report as JSON." };

    private EvalCommand()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var options = new EvalCommand();
        var command = new Command("eval", "Measures accuracy by kind of question at several token budgets, on scenes never trained on.");
        options._engine.AddTo(command);
        options._pictureSize.AddTo(command);
        Option[] others =
        [
            options._icons, options._questions, options._seedOffset, options._keep, options._pruners, options._batchSize, options._json,
        ];
        foreach (var option in others) command.Add(option);
        command.SetAction((parsed, _) => EvaluationSession.RunAsync(
            options.Read(parsed), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private EvaluationSettings Read(ParseResult parsed)
    {
        var engine = _engine.Read(parsed, parsed.GetValue(_batchSize));
        return new EvaluationSettings
        {
            Engine = engine,
            PictureSize = _pictureSize.Read(parsed, engine),
            Icons = parsed.GetValue(_icons),
            Questions = parsed.GetValue(_questions),
            SeedOffset = parsed.GetValue(_seedOffset),
            Keep = parsed.GetValue(_keep)!,
            Pruners = parsed.GetValue(_pruners)!,
            Json = parsed.GetValue(_json),
        };
    }
}
