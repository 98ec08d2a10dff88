using System.CommandLine;
using ResPrune.Batch.Batches;
using ResPrune.Inference.Pruning;

namespace ResPrune.Cli.Commands;

/// <summary>What is asked and how it is answered: the arguments that every verb that makes a batch has.</summary>
internal sealed class JobArguments
{
    private readonly Argument<string> _input = new("INPUT")
    {
        Description = "A folder of images (read recursively), one image, or a .jsonl or .jsonl.gz file: lines {\"id\",\"image\",\"question\"} "
            + "or OpenAI batch lines.",
    };

    private readonly Option<string[]> _ask = new("--ask")
    {
        Description = "A question about every image; may be repeated. Needed unless INPUT is a .jsonl file.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => [],
    };

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

    private readonly Option<double?> _temperature = ValueOption.OptionalNumber(
        "--temperature", "NUMBER", "0 always takes the likeliest token. Default: the model's generation_config.json, else 0.", 0.0, 100.0);

    private readonly Option<double?> _topP = ValueOption.OptionalNumber(
        "--top-p", "NUMBER", "Nucleus sampling, above 0 and at most 1. Default: the model's, else 1.", double.Epsilon, 1.0);

    private readonly Option<int?> _topK = ValueOption.OptionalNumber(
        "--top-k", "N", "Sample among the N likeliest; 0 means all. Default: the model's, else 0.", 0, int.MaxValue);

    private readonly Option<long> _seed = ValueOption.Number(
        "--seed", "N", "Seed of sampling and of the random pruner.", 0L, long.MinValue, long.MaxValue);

    private readonly Option<long?> _limit = ValueOption.OptionalNumber(
        "--limit", "N", "Only the first N images or lines.", 1L, long.MaxValue);

    private readonly Option<int> _maxLine = ValueOption.Number(
        "--max-line", "MIB", "Longest line of a .jsonl file that is read, with its data URL; a longer one fails alone.", BatchSpec.DefaultMaxLineBytes >> 20, 1, 512);

    private readonly Option<string[]> _imageRoot = new("--image-root")
    {
        Description = "A folder that images may be read from beside the input's own: by absolute paths and file:// URLs of a .jsonl file, and "
            + "through links. May be repeated.",
        HelpName = "DIR",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Adds the arguments to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Add(_input);
        Option[] options = [_ask, _keep, _pruner, _alpha, _epsilon, _maxTokens, _temperature, _topP, _topK, _seed, _limit, _maxLine, _imageRoot];
        foreach (var option in options) command.Add(option);
    }

    /// <summary>A folder of pictures, a picture, or a .jsonl file.</summary>
    public string Input(ParseResult parsed) => parsed.GetRequiredValue(_input);

    /// <summary>The questions about every picture.</summary>
    public IReadOnlyList<string> Questions(ParseResult parsed) => parsed.GetValue(_ask)!;

    /// <summary>Only the first so many pictures or lines; null means all.</summary>
    public long? Limit(ParseResult parsed) => parsed.GetValue(_limit);

    /// <summary>Folders that images may be read from beside the input's own.</summary>
    public IReadOnlyList<string> ImageRoots(ParseResult parsed) => [.. parsed.GetValue(_imageRoot)!.Select(Path.GetFullPath)];

    /// <summary>How the answers are made.</summary>
    public BatchSpec Spec(ParseResult parsed, string model) => new()
    {
        Model = model,
        Keep = parsed.GetValue(_keep)!,
        Pruner = parsed.GetValue(_pruner)!,
        Alpha = parsed.GetValue(_alpha),
        Epsilon = parsed.GetValue(_epsilon),
        MaxTokens = parsed.GetValue(_maxTokens),
        Temperature = parsed.GetValue(_temperature),
        TopP = parsed.GetValue(_topP),
        TopK = parsed.GetValue(_topK),
        Seed = parsed.GetValue(_seed),
        MaxLineBytes = parsed.GetValue(_maxLine) << 20,
    };

    /// <summary>A token budget, as it was typed once it is known to be one.</summary>
    internal static string Keep(string text)
    {
        TokenBudget.Parse(text);
        return text.Trim();
    }
}
