using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>What the files of <c>deploy/</c> ask Prometheus.</summary>
internal static partial class DashboardQueries
{
    /// <summary>A label that only a Prometheus in Kubernetes adds.</summary>
    private const string KubernetesOnly = "pod";

    /// <summary>The rules.</summary>
    public static string Rules { get; } = Path.Combine(Deploy(), "prometheus", "resprune.rules.yml");

    /// <summary>The dashboards.</summary>
    public static IReadOnlyList<string> Dashboards { get; } = [.. Directory.GetFiles(Path.Combine(Deploy(), "grafana"), "*.json").Order(StringComparer.Ordinal)];

    /// <summary>Panels of a dashboard, with the queries as Grafana sends them when every variable says "all".</summary>
    public static IEnumerable<(string Panel, IReadOnlyList<string> Queries)> OfPanels(string dashboard) =>
        from panel in JsonNode.Parse(File.ReadAllText(dashboard))!["panels"]!.AsArray()
        select (panel["title"]!.GetValue<string>(), (IReadOnlyList<string>)[.. panel["targets"]!.AsArray().Select(target => Fill(target!["expr"]!.GetValue<string>()))]);

    /// <summary>Queries of a dashboard whose series are told apart by labels, in the legend or as columns, with those labels.</summary>
    public static IEnumerable<(string Query, IReadOnlyList<string> Labels)> OfLabels(string dashboard) =>
        from panel in JsonNode.Parse(File.ReadAllText(dashboard))!["panels"]!.AsArray()
        let columns = panel["transformations"]?[0]?["options"]?["renameByName"]?.AsObject().Select(column => column.Key) ?? []
        from target in panel["targets"]!.AsArray()
        let labels = columns.Where(column => column != KubernetesOnly).Concat(Label().Matches(target["legendFormat"]!.GetValue<string>()).Select(match => match.Groups[1].Value))
        where labels.Any()
        select (Fill(target["expr"]!.GetValue<string>()), (IReadOnlyList<string>)[.. labels]);

    /// <summary>Queries that the lists of a dashboard's variables are made of, as selectors of the metric.</summary>
    public static IEnumerable<string> OfVariables(string dashboard) =>
        from variable in JsonNode.Parse(File.ReadAllText(dashboard))!["templating"]!["list"]!.AsArray()
        where variable["type"]!.GetValue<string>() == "query"
        let match = LabelValues().Match(variable["query"]!["query"]!.GetValue<string>())
        select $$"""{{match.Groups[1].Value}}{{{match.Groups[2].Value}}!=""}""";

    /// <summary>
    /// Everything that the rules select. What an alert compares it with is left out: it returns nothing while all is well.
    /// </summary>
    public static IEnumerable<string> OfRules() =>
        File.ReadLines(Rules).Where(line => !Prose().IsMatch(line)).SelectMany(line => Selector().Matches(line)).Select(match => match.Value).Distinct();

    /// <summary>What the rules record, and the alerts.</summary>
    public static IEnumerable<string> NamesOfRules() => Rule().Matches(File.ReadAllText(Rules)).Select(match => match.Groups[1].Value);

    private static string Fill(string query) => query
        .Replace("$__rate_interval", "1m", StringComparison.Ordinal)
        .Replace("$__range", "1h", StringComparison.Ordinal)
        .Replace("$namespace", ".*", StringComparison.Ordinal)
        .Replace("$model", ".*", StringComparison.Ordinal)
        .Replace("$price", "4", StringComparison.Ordinal);

    private static string Deploy()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ResPrune.Cluster.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"No ResPrune.Cluster.sln above {AppContext.BaseDirectory}.");
        return Path.Combine(folder.FullName, "deploy");
    }

    [GeneratedRegex(@"{{(\w+)}}")]
    private static partial Regex Label();

    [GeneratedRegex(@"label_values\((\w+), (\w+)\)")]
    private static partial Regex LabelValues();

    [GeneratedRegex(@"^\s*(#|summary:|description:|runbook:|- record:|- name:)")]
    private static partial Regex Prose();

    [GeneratedRegex(@"(?m)^\s*- (?:record|alert): (\S+)")]
    private static partial Regex Rule();

    [GeneratedRegex(@"resprune[_:][a-z0-9_:]+({[^}]*})?")]
    private static partial Regex Selector();
}
