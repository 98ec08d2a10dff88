using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ResPrune.Server.Tests.Metrics;

/// <summary>The dashboards and rules of <c>deploy/</c> as files. That what they ask for exists is tried against a fleet, in the CLI's tests.</summary>
public sealed partial class MonitoringFilesTests
{
    private static readonly string Grafana = Path.Combine(MetricsPage.Deploy, "grafana");
    private static readonly string Rules = Path.Combine(MetricsPage.Deploy, "prometheus", "resprune.rules.yml");
    private static readonly string RuleTests = Path.Combine(MetricsPage.Deploy, "prometheus", "resprune.rules.test.yml");

    public static TheoryData<string> Dashboards => [.. Directory.GetFiles(Grafana, "*.json").Select(path => Path.GetFileName(path))];

    [Fact]
    public async Task The_rules_do_what_their_cases_say()
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["test", "rules", RuleTests])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        Assert.True(promtool.ExitCode == 0, said);
    }

    [Fact]
    public void Every_alert_fires_in_some_case()
    {
        var alerts = Alert().Matches(File.ReadAllText(Rules)).Select(match => match.Groups[1].Value).ToList();
        var fired = Fired().Matches(File.ReadAllText(RuleTests)).Select(match => match.Groups[1].Value);
        Assert.NotEmpty(alerts);
        Assert.Empty(alerts.Except(fired));
    }

    [Fact]
    public void Every_alert_says_what_is_wrong_what_it_means_and_what_to_do()
    {
        var alerts = File.ReadAllText(Rules).Split("- alert: ")[1..];
        Assert.All(alerts, alert => Assert.Equal(["summary", "description", "runbook"], Annotation().Matches(alert).Select(match => match.Groups[1].Value)));
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void A_dashboard_says_what_it_shows_in_which_unit_and_binds_to_no_data_source(string file)
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(Grafana, file)))!;
        Assert.Null(dashboard["uid"]);
        Assert.NotEmpty(dashboard["description"]!.GetValue<string>());
        var variables = dashboard["templating"]!["list"]!.AsArray().Select(variable => variable!["name"]!.GetValue<string>());
        Assert.Subset(variables.ToHashSet(), new HashSet<string> { "datasource", "namespace", "model" });
        var panels = dashboard["panels"]!.AsArray();
        Assert.Equal(panels.Count, panels.Select(panel => panel!["title"]!.GetValue<string>()).Distinct().Count());
        Assert.All(panels, panel =>
        {
            Assert.NotEmpty(panel!["description"]!.GetValue<string>());
            Assert.NotEmpty(panel["fieldConfig"]!["defaults"]!["unit"]!.GetValue<string>());
            Assert.All(panel["targets"]!.AsArray(), target => Assert.Equal("${datasource}", target!["datasource"]!["uid"]!.GetValue<string>()));
        });
    }

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"(?m)^          (\w+): [""\w]")]
    private static partial Regex Annotation();

    [GeneratedRegex("labels: 'ALERTS{alertname=\"(\\w+)\", alertstate=\"firing\"")]
    private static partial Regex Fired();
}
