using ResPrune.Helm.Tests.Chart;

namespace ResPrune.Helm.Tests;

/// <summary>The chart's objects against Kubernetes' own types, and KEDA's and the Prometheus operator's.</summary>
public class RequiredFieldTests
{
    private static readonly string[] Operators =
    [
        "monitoring.podMonitor.enabled=true", "monitoring.rules.enabled=true", "monitoring.dashboards.enabled=true",
        "workerDefaults.autoscaling.enabled=true", "workerDefaults.autoscaling.prometheusAddress=http://prometheus:9090",
    ];

    public static TheoryData<string?> ValuesFiles => [.. RenderedChart.ValuesFiles];

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Every_object_has_the_fields_that_Kubernetes_requires(string? file)
    {
        var plain = await RenderedChart.RenderAsync(file);
        var operated = await RenderedChart.RenderAsync(file, Operators);
        Assert.NotEmpty(operated.OfKind("ScaledObject"));
        Assert.NotEmpty(operated.OfKind("PrometheusRule"));
        Assert.NotEmpty(operated.OfKind("PodMonitor"));
        var result = await KubernetesModels.ValidateAsync($"{plain.Text}\n---\n{operated.Text}");
        Assert.True(result.ExitCode == 0, result.Text);
        Assert.StartsWith($"{plain.Objects.Count + operated.Objects.Count} objects are valid", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apps/v1", "Deployment", "spec: {template: {spec: {containers: [{name: a}]}}}", "selector")]
    [InlineData("v1", "Pod", "spec: {containers: [{image: a}]}", "name")]
    [InlineData("v1", "PersistentVolumeClaim", "spec: {resources: 5}", "object")]
    [InlineData("keda.sh/v1alpha1", "ScaledObject", "spec: {triggers: []}", "scaleTargetRef")]
    [InlineData("monitoring.coreos.com/v1", "PodMonitor", "spec: {podMetricsEndpoints: [{port: a}]}", "selector")]
    [InlineData("monitoring.coreos.com/v1", "PrometheusRule", "spec: {groups: [{rules: []}]}", "name")]
    [InlineData("apps/v9", "Deployment", "spec: {}", "apps/v9")]
    public async Task A_required_field_that_is_missing_is_found(string version, string kind, string spec, string fault)
    {
        var result = await KubernetesModels.ValidateAsync($"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\n{spec}\n");
        Assert.NotEqual(0, result.ExitCode);
        Assert.StartsWith($"{version} {kind} x: ", result.Output, StringComparison.Ordinal);
        Assert.Contains(fault, result.Output, StringComparison.Ordinal);
    }
}
