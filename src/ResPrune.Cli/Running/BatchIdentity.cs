using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Cli.Commands;

namespace ResPrune.Cli.Running;

/// <summary>
/// Everything that decides the answers of a run, by name. The same command gives the same batch, which is how it finds its earlier work;
/// another
/// command gives another, and the names say what is different.
/// </summary>
/// <param name="Facts">What decides the answers; short, so that it can be stored with the batch.</param>
internal sealed record BatchIdentity(IReadOnlyDictionary<string, string> Facts)
{
    /// <summary>The batch of these facts.</summary>
    public BatchId Id
    {
        get
        {
            var text = new StringBuilder();
            foreach (var (name, value) in Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal)) text.Append(name).Append('\0')
                .Append(value).Append('\0');
            return BatchId.Parse("batch_" + Hash(text.ToString())[..32]);
        }
    }

    /// <summary>Gathers the facts of a run.</summary>
    public static BatchIdentity Of(RunSettings settings, RunInput input, string weightsDigest)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(input);
        var spec = settings.Spec;
        return new BatchIdentity(new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["INPUT"] = Shortened(input.Path),
            ["the input's contents"] = input.Digest,
            ["--ask"] = Shortened(string.Join(" | ", settings.Questions.Select(question => $"\"{JsonEncodedText.Encode(question)}\""))),
            ["--limit"] = Text(settings.Limit),
            ["the model's weights"] = weightsDigest,
            ["--dtype"] = settings.Engine.DType,
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
        });
    }

    /// <summary>Names of the facts in which a stored batch is another one.</summary>
    public IReadOnlyList<string> DifferencesFrom(IReadOnlyDictionary<string, string>? stored) =>
        [.. Facts.Where(fact => stored?.GetValueOrDefault(fact.Key) != fact.Value).Select(fact => fact.Key)];

    // Long values are told apart by their hash, so that the stored form stays short.
    private static string Shortened(string text) => text.Length <= 200 ? text : Hash(text);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Text<T>(T value) =>
        Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "default";
}
