using System.Text.RegularExpressions;

namespace ResPrune.Server.Tests.Metrics;

/// <summary>What a scrape holds of this product: a metric's name to its type and the labels that its series have.</summary>
internal static partial class ScrapedFamilies
{
    // Given by the exporter, or part of a histogram.
    private static readonly string[] Ambient = ["le", "otel_scope_name", "otel_scope_version", "otel_scope_schema_url"];

    public static SortedDictionary<string, string> Read(string scrape)
    {
        var families = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var lines = scrape.Split('\n');
        foreach (var words in lines.Where(line => line.StartsWith("# TYPE resprune_", StringComparison.Ordinal)).Select(line => line.Split(' ')))
        {
            var series = lines.Where(line => Regex.IsMatch(line, $"^{words[2]}(_bucket|_sum|_count)?[{{ ]"));
            families[words[2]] = Describe(words[3], series.SelectMany(Labels));
        }

        return families;
    }

    public static string Describe(string type, IEnumerable<string> labels) =>
        $"{type}({string.Join(", ", labels.Except(Ambient).Distinct().Order(StringComparer.Ordinal))})";

    private static IEnumerable<string> Labels(string line) => Label().Matches(line).Select(match => match.Groups[1].Value);

    [GeneratedRegex("[{,]([a-z_]+)=\"")]
    private static partial Regex Label();
}
