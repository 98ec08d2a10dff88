using System.Text.Json;
using ResPrune.TinyModel.Export;

namespace ResPrune.Chaos.Scenarios;

/// <summary>The inputs of scenarios: lines over a fixed set of pictures and questions, so that one undisturbed run answers all that can occur.</summary>
internal static class ChaosInput
{
    /// <summary>Most tokens of an answer.</summary>
    public const int MaxTokens = 16;

    /// <summary>The share of visual tokens that are kept.</summary>
    public const string Keep = "1/3";

    private static readonly string[] Questions =
    [
        "What is in the picture?", "Which colour is the card?", "Where is it?", "How many things are there?", "What number is shown?",
    ];

    /// <summary>The pictures, by the names they have below the image root.</summary>
    public static IReadOnlyDictionary<string, string> Pictures { get; } = Directory.GetFiles(BundledModel.SamplesDirectory)
        .Order(StringComparer.Ordinal).ToDictionary(path => Path.GetFileName(path));

    /// <summary>Every question about every picture.</summary>
    public static IReadOnlyList<ChaosRow> Everything { get; } =
    [
        .. Pictures.Keys.SelectMany(picture => Questions.Select(question => new ChaosRow($"{picture} {question}", picture, question, IsMissing: false))),
    ];

    /// <summary>The rows of a seed.</summary>
    public static IReadOnlyList<ChaosRow> Draw(int seed, int rows)
    {
        var random = new Random(seed ^ 0x5EED);
        return [.. Enumerable.Range(0, rows).Select(n =>
        {
            var row = Everything[random.Next(Everything.Count)];
            var missing = random.Next(40) == 0;
            // Ids are the submitter's own and may be anything.
            var id = $"{seed}/{n} {(n % 3) switch { 0 => "plain", 1 => "žluťoučký \"kůň\"", _ => "猫 🐈\u200d⬛" }}";
            return row with { Id = id, Image = missing ? $"gone/{n}.png" : row.Image, IsMissing = missing };
        })];
    }

    /// <summary>The rows as an input file.</summary>
    public static void Write(IEnumerable<ChaosRow> rows, string path) =>
        File.WriteAllLines(path, rows.Select(row => JsonSerializer.Serialize(new { id = row.Id, image = row.Image, question = row.Question })));
}
