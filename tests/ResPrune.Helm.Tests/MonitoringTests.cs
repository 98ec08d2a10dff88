using k8s.Models;
using ResPrune.Helm.Tests.Chart;

namespace ResPrune.Helm.Tests;

public class MonitoringTests
{
    private static readonly string[] Everything =
        ["monitoring.podMonitor.enabled=true", "monitoring.rules.enabled=true", "monitoring.dashboards.enabled=true"];

    [Fact]
    public async Task Every_dashboard_of_deploy_is_a_config_map_with_the_same_text()
    {
        var files = Directory.GetFiles(Repository.PathOf("deploy", "grafana"), "*.json");
        var maps = (await RenderedChart.RenderAsync(null, Everything)).Of<V1ConfigMap>()
            .Where(map => map.Metadata.Labels.ContainsKey("grafana_dashboard")).SelectMany(map => map.Data).ToDictionary();
        Assert.Equal(files.Select(file => Path.GetFileName(file)!).Order(), maps.Keys.Order());
        foreach (var file in files) Assert.Equal(await File.ReadAllTextAsync(file), maps[Path.GetFileName(file)]);
    }

    [Fact]
    public async Task Every_file_of_rules_in_deploy_is_a_PrometheusRule_with_its_groups()
    {
        var expected = Directory.GetFiles(Repository.PathOf("deploy", "prometheus"), "*.yml")
            .Where(file => File.ReadLines(file).Any(line => line.StartsWith("groups:", StringComparison.Ordinal)))
            .Select(file => $"release-resprune-{Path.GetFileNameWithoutExtension(file)}");
        var rules = (await RenderedChart.RenderAsync(null, Everything)).OfKind("PrometheusRule").ToList();
        Assert.Equal(expected.Order(), rules.Select(rule => rule.Metadata.Name).Order());
        Assert.All(rules, rule => Assert.NotEmpty((IEnumerable<object>)rule.Spec["groups"]));
    }

    [Fact]
    public async Task The_pod_monitor_scrapes_the_port_that_silos_have()
    {
        var chart = await RenderedChart.RenderAsync(null, Everything);
        var endpoint = (IDictionary<object, object>)Assert.Single((IList<object>)Assert.Single(chart.OfKind("PodMonitor")).Spec["podMetricsEndpoints"]);
        Assert.All(chart.Of<V1Deployment>(), worker =>
            Assert.Contains(worker.Spec.Template.Spec.Containers[0].Ports, port => port.Name == (string)endpoint["port"]));
        // What the dashboards' legends show of a silo.
        var relabeling = (IDictionary<object, object>)Assert.Single((IList<object>)endpoint["relabelings"]);
        Assert.Equal("instance", relabeling["targetLabel"]);
    }

    [Fact]
    public async Task Without_being_asked_for_nothing_needs_an_operator() =>
        Assert.Empty((await RenderedChart.RenderAsync(null)).Of<CustomObject>());
}
