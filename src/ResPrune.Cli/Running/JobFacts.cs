using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ResPrune.Batch.Batches;

namespace ResPrune.Cli.Running;

/// <summary>What decides the answers of a job wherever it runs, by the names of the options; short, so that it can be stored with the batch.</summary>
internal static class JobFacts
{
    /// <summary>Name of the fact that the input's contents are.</summary>
    public const string InputContents = "the input's contents";

    /// <summary>Gathers what was typed.</summary>
    public static SortedDictionary<string, string> Of(BatchSpec spec, IReadOnlyList<string> questions)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["--ask"] = Shortened(string.Join(" | ", questions.Select(question => $"\"{JsonEncodedText.Encode(question)}\""))),
            ["--keep"] = spec.Keep,
            ["--pruner"] = spec.Pruner,
            ["--alpha"] = Text(spec.Alpha),
            ["--epsilon"] = Text(spec.Epsilon),
            ["--min-pixels"] = Text(spec.MinPixels),
            ["--max-pixels"] = Text(spec.MaxPixels),
            ["--max-tokens"] = Text(spec.MaxTokens),
            ["--temperature"] = Text(spec.Temperature),
            ["--top-p"] = Text(spec.TopP),
            ["--top-k"] = Text(spec.TopK),
            ["--seed"] = Text(spec.Seed),
        };
    }

    /// <summary>Names of the facts that are not the same in a stored batch.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyDictionary<string, string> facts, IReadOnlyDictionary<string, string>? stored) =>
        [.. facts.Where(fact => stored?.GetValueOrDefault(fact.Key) != fact.Value).Select(fact => fact.Key)];

    /// <summary>Long values are told apart by their hash, so that the stored form stays short.</summary>
    public static string Shortened(string text) =>
        text.Length <= 200 ? text : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>A value as facts have it.</summary>
    public static string Text<T>(T value) =>
        Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "default";
}
