using System.Text.RegularExpressions;

namespace ResPrune.Server.Tests.Metrics;

/// <summary>The table of <c>deploy/METRICS.md</c>: a metric's name to its type and labels, in the same words as <see cref="ScrapedFamilies"/>.</summary>
internal static partial class MetricsPage
{
    /// <summary>The folder <c>deploy/</c>.</summary>
    public static string Deploy { get; } = Path.Combine(Repository(), "deploy");

    public static SortedDictionary<string, string> Read()
    {
        var rows = File.ReadLines(Path.Combine(Deploy, "METRICS.md"))
            .Where(line => line.StartsWith("| `resprune_", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries));
        var families = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var cells in rows)
            families.Add(cells[1].Trim('`'), ScrapedFamilies.Describe(cells[2], Word().Matches(cells[4]).Select(match => match.Groups[1].Value)));
        return families;
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ResPrune.Cluster.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"No ResPrune.Cluster.sln above {AppContext.BaseDirectory}.");
        return folder.FullName;
    }

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Word();
}
