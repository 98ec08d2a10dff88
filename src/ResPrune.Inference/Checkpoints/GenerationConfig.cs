using System.Globalization;
using System.Text.Json;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Checkpoints;

/// <summary>
/// What a checkpoint's <c>generation_config.json</c> says of how answers are chosen. Names, meanings and defaults are those of transformers'
/// <c>GenerationConfig</c> (<c>generation/configuration_utils.py</c>); the settings of a job go before it. What it asks for and is not done here
/// is named in <see cref="Notices"/>.
/// </summary>
internal sealed record GenerationConfig
{
    /// <summary>transformers' <c>top_k</c> where answers are sampled and the file gives none (<c>_get_default_generation_params</c>).</summary>
    private const int DefaultTopK = 50;

    /// <summary><c>eos_token_id</c>: the ids that end an answer; null leaves them to <c>config.json</c>.</summary>
    public IReadOnlyList<int>? EosTokenIds { get; init; }

    /// <summary><c>temperature</c> where <c>do_sample</c> is true; else 0, which is greedy.</summary>
    public double Temperature { get; init; }

    /// <summary><c>top_p</c> where <c>do_sample</c> is true; 1 means all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary><c>top_k</c> where <c>do_sample</c> is true; 0 means all.</summary>
    public int TopK { get; init; }

    /// <summary><c>min_p</c> where <c>do_sample</c> is true: the least share of the likeliest token's probability; 0 means all.</summary>
    public double MinP { get; init; }

    /// <summary><c>repetition_penalty</c>: divides positive logits of tokens that the prompt or the answer has, multiplies negative ones; 1 means none.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary><c>no_repeat_ngram_size</c>: no run of so many tokens comes twice; 0 means that it may.</summary>
    public int NoRepeatNgramSize { get; init; }

    /// <summary><c>min_new_tokens</c>: an answer does not end before it has so many.</summary>
    public int MinNewTokens { get; init; }

    /// <summary><c>suppress_tokens</c>: never chosen.</summary>
    public IReadOnlyList<int> SuppressTokens { get; init; } = [];

    /// <summary><c>begin_suppress_tokens</c>: never chosen as the first token.</summary>
    public IReadOnlyList<int> BeginSuppressTokens { get; init; } = [];

    /// <summary><c>bad_words_ids</c>: runs of tokens that are never completed.</summary>
    public IReadOnlyList<IReadOnlyList<int>> BadWords { get; init; } = [];

    /// <summary>What the file has answers chosen by, as <c>name=value</c>; empty where it leaves everything as it is here without a file.</summary>
    public string Settings { get; init; } = string.Empty;

    /// <summary>A line about what the file decides and one about what it asks for that is not done; empty for an ordinary file.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Whether tokens must be looked at one by one before one is chosen.</summary>
    public bool HasRules =>
        RepetitionPenalty != 1 || NoRepeatNgramSize > 0 || MinNewTokens > 0 || SuppressTokens.Count + BeginSuppressTokens.Count + BadWords.Count > 0;

    /// <summary>Reads the file of a folder; without one nothing is asked for.</summary>
    /// <param name="directory">The checkpoint folder.</param>
    /// <param name="vocabularySize">Rows of the model's embedding, which ids must lie in.</param>
    /// <exception cref="ModelLoadException">The file is malformed, or a value is out of its range; the message names file and field.</exception>
    public static GenerationConfig Read(string directory, int vocabularySize)
    {
        var path = Path.Combine(directory, CheckpointFileNames.GenerationConfig);
        if (!File.Exists(path) && new FileInfo(path).LinkTarget is null) return new GenerationConfig();
        var root = JsonField.Load(path);
        var samples = root.Boolean("do_sample", false);
        var config = new GenerationConfig
        {
            EosTokenIds = ReadEos(root),
            Temperature = Number(root, "temperature", 1, 0, 100),
            TopP = Math.Max(Number(root, "top_p", 1, 0, 1), double.Epsilon),
            TopK = root.Optional("top_k")?.Integer(0, int.MaxValue) ?? DefaultTopK,
            MinP = Number(root, "min_p", 0, 0, 1),
            RepetitionPenalty = Number(root, "repetition_penalty", 1, 1e-3, 1e3),
            NoRepeatNgramSize = root.Optional("no_repeat_ngram_size")?.Integer(0, 1 << 20) ?? 0,
            MinNewTokens = root.Optional("min_new_tokens")?.Integer(0, 1 << 20) ?? 0,
            SuppressTokens = Ids(root.Optional("suppress_tokens"), vocabularySize),
            BeginSuppressTokens = Ids(root.Optional("begin_suppress_tokens"), vocabularySize),
            BadWords = ReadBadWords(root.Optional("bad_words_ids"), vocabularySize),
        };
        if (!samples) config = config with { Temperature = 0, TopP = 1, TopK = 0, MinP = 0 };
        var settings = string.Join(", ", SettingsOf(config, samples));
        return config with { Settings = settings, Notices = [.. NoticesOf(root, settings, samples)] };
    }

    /// <summary>Ids that end an answer: one or a list of them.</summary>
    public static IReadOnlyList<int>? ReadEos(JsonField root)
    {
        if (root.Optional("eos_token_id") is not { } eos) return null;
        return eos.Element.ValueKind == JsonValueKind.Array
            ? [.. eos.Items().Select(item => item.Integer(0, int.MaxValue))]
            : [eos.Integer(0, int.MaxValue)];
    }

    private static double Number(JsonField root, string name, double defaultValue, double minimum, double maximum)
    {
        if (root.Optional(name) is not { } field) return defaultValue;
        var value = field.Number();
        return value >= minimum && value <= maximum
            ? value
            : throw field.Invalid(string.Create(CultureInfo.InvariantCulture, $"a number from {minimum} to {maximum}"));
    }

    private static int[] Ids(JsonField? field, int vocabularySize) => [.. field?.Items().Select(id => id.Integer(0, vocabularySize - 1)) ?? []];

    private static IReadOnlyList<int>[] ReadBadWords(JsonField? field, int vocabularySize) =>
        [.. field?.Items().Select(word => Ids(word, vocabularySize) is { Length: > 0 } ids ? ids : throw word.Invalid("at least one token id")) ?? []];

    private static IEnumerable<string> SettingsOf(GenerationConfig config, bool samples)
    {
        if (samples)
        {
            yield return Text($"do_sample=true, temperature={config.Temperature}, top_p={config.TopP}, top_k={config.TopK}");
            if (config.MinP > 0) yield return Text($"min_p={config.MinP}");
        }

        if (config.RepetitionPenalty != 1) yield return Text($"repetition_penalty={config.RepetitionPenalty}");
        if (config.NoRepeatNgramSize > 0) yield return Text($"no_repeat_ngram_size={config.NoRepeatNgramSize}");
        if (config.MinNewTokens > 0) yield return Text($"min_new_tokens={config.MinNewTokens}");
        if (config.SuppressTokens.Count > 0) yield return $"suppress_tokens={List(config.SuppressTokens)}";
        if (config.BeginSuppressTokens.Count > 0) yield return $"begin_suppress_tokens={List(config.BeginSuppressTokens)}";
        if (config.BadWords.Count > 0) yield return $"bad_words_ids={List(config.BadWords.Select(List))}";
    }

    private static IEnumerable<string> NoticesOf(JsonField root, string settings, bool samples)
    {
        if (settings.Length > 0)
            yield return Shortened($"{root.File} has answers chosen with {settings}") + "; what the job or the line itself sets goes before it.";
        var unused = UnusedGenerationFields.Of(root, samples);
        if (unused.Count > 0)
            yield return Shortened($"{root.File} asks for {string.Join(", ", unused)}") + $", which {(unused.Count == 1 ? "is" : "are")} not used here.";
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private static string List<T>(IEnumerable<T> values) => $"[{string.Join(",", values)}]";

    /// <summary>Lists of suppressed tokens may have thousands of ids.</summary>
    private static string Shortened(string text)
    {
        const int Shown = 600;
        return text.Length <= Shown ? text : text[..Shown] + "…";
    }
}
