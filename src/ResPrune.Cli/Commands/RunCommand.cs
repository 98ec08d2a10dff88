using System.CommandLine;
using ResPrune.Batch.Batches;
using ResPrune.Cli.Running;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Pruning;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune run INPUT</c>: answers questions about pictures.</summary>
internal sealed class RunCommand
{
    private readonly Argument<string> _input = new("INPUT")
    {
        Description = "A folder of pictures (read recursively), one picture, or a .jsonl file: lines {\"id\",\"image\",\"question\"} "
            + "or OpenAI batch lines.",
    };

    private readonly Option<string[]> _ask = new("--ask")
    {
        Description = "A question about every picture; may be repeated. Needed unless INPUT is a .jsonl file.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => [],
    };

    private readonly EngineArguments _engine = new();

    private readonly PictureSizeArguments _pictureSize = new();

    private readonly Option<string> _keep = ValueOption.Create(
        "--keep", "1/3|0.25|64|all",
        "Visual tokens the language model gets to see. The default drops two of three; 'all' costs most and loses nothing.", "1/3", Keep);

    private readonly Option<string> _pruner = ValueOption.Word(
        "--pruner", "How they are chosen; random is the control.", "resprune", VisualTokenPruners.Names);

    private readonly Option<double?> _alpha = ValueOption.OptionalNumber(
        "--alpha", "NUMBER", "Exponent of the relevance weight. Default: the model family's (LLaVA 0.75, Qwen2.5-VL 0.3).", 0.0, 100.0);

    private readonly Option<double> _epsilon = ValueOption.Number(
        "--epsilon", "NUMBER", "Added to the relevance before the exponent.", 1e-6, double.Epsilon, 1.0);

    private readonly Option<int> _maxTokens = ValueOption.Number("--max-tokens", "N", "Most tokens of an answer.", 64, 1, 1 << 20);

    private readonly Option<double> _temperature = ValueOption.Number(
        "--temperature", "NUMBER", "0 always takes the likeliest token.", 0.0, 0.0, 100.0);

    private readonly Option<double> _topP = ValueOption.Number(
        "--top-p", "NUMBER", "Nucleus sampling, above 0 and at most 1.", 1.0, double.Epsilon, 1.0);

    private readonly Option<int> _topK = ValueOption.Number(
        "--top-k", "N", "Sample among the N likeliest; 0 means all.", 0, 0, int.MaxValue);

    private readonly Option<long> _seed = ValueOption.Number(
        "--seed", "N", "Seed of sampling and of the random pruner.", 0L, long.MinValue, long.MaxValue);

    private readonly Option<int> _batchSize = ValueOption.Number(
        "--batch-size", "N", "Most requests the device works on together.", 8, 1, 1024);

    private readonly Option<string> _output = ValueOption.Create(
        "--output", "DIR", "Where the results go. The same command with the same DIR goes on where it stopped.",
        "resprune-output", text => text);

    private readonly Option<long?> _limit = ValueOption.OptionalNumber(
        "--limit", "N", "Only the first N pictures or lines.", 1L, long.MaxValue);

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
        var command = new Command("run", "Answers questions about pictures.") { options._input, options._ask };
        options._engine.AddTo(command);
        options._pictureSize.AddTo(command);
        Option[] others =
        [
            options._keep, options._pruner, options._alpha, options._epsilon, options._maxTokens, options._temperature, options._topP,
            options._topK, options._seed, options._batchSize, options._output, options._limit, options._metricsPort, options._json,
            options._quiet,
        ];
        foreach (var option in others) command.Add(option);
        command.SetAction((parsed, _) => RunSession.RunAsync(
            options.Read(parsed), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private RunSettings Read(ParseResult parsed)
    {
        var engine = _engine.Read(parsed, parsed.GetValue(_batchSize));
        var pictureSize = _pictureSize.Read(parsed, engine);
        return new RunSettings
        {
            Input = parsed.GetRequiredValue(_input),
            Questions = parsed.GetValue(_ask)!,
            Engine = engine,
            Spec = new BatchSpec
            {
                Model = ModelName.Of(engine.ModelDirectory),
                Keep = parsed.GetValue(_keep)!,
                Pruner = parsed.GetValue(_pruner)!,
                Alpha = parsed.GetValue(_alpha),
                Epsilon = parsed.GetValue(_epsilon),
                MinPixels = pictureSize.MinPixels,
                MaxPixels = pictureSize.MaxPixels,
                MaxTokens = parsed.GetValue(_maxTokens),
                Temperature = parsed.GetValue(_temperature),
                TopP = parsed.GetValue(_topP),
                TopK = parsed.GetValue(_topK),
                Seed = parsed.GetValue(_seed),
            },
            Output = parsed.GetValue(_output)!,
            Limit = parsed.GetValue(_limit),
            MetricsPort = parsed.GetValue(_metricsPort),
            Json = parsed.GetValue(_json),
            Quiet = parsed.GetValue(_quiet),
        };
    }

    /// <summary>A token budget, as it was typed once it is known to be one.</summary>
    internal static string Keep(string text)
    {
        TokenBudget.Parse(text);
        return text.Trim();
    }
}
