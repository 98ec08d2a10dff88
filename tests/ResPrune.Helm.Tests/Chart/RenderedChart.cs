using k8s;
using k8s.Models;

namespace ResPrune.Helm.Tests.Chart;

/// <summary>The chart's objects for some values, decoded strictly: a field that Kubernetes does not know is an error.</summary>
internal sealed class RenderedChart
{
    private static readonly Dictionary<string, Type> CustomKinds = new()
    {
        ["cert-manager.io/v1/Certificate"] = typeof(CustomObject),
        ["cert-manager.io/v1/Issuer"] = typeof(CustomObject),
        ["keda.sh/v1alpha1/ScaledObject"] = typeof(CustomObject),
        ["keda.sh/v1alpha1/TriggerAuthentication"] = typeof(CustomObject),
        ["monitoring.coreos.com/v1/PodMonitor"] = typeof(CustomObject),
        ["monitoring.coreos.com/v1/PrometheusRule"] = typeof(CustomObject),
    };

    private RenderedChart(string text)
    {
        Text = text;
        Objects = KubernetesYaml.LoadAllFromString(text, CustomKinds, strict: true);
    }

    /// <summary>As helm renders it.</summary>
    public string Text { get; }

    public IReadOnlyList<object> Objects { get; }

    /// <summary>Every pod that the chart makes, with the name of what makes it.</summary>
    public IEnumerable<(string Name, V1PodSpec Spec)> Pods =>
    [
        .. Of<V1StatefulSet>().Select(set => (set.Metadata.Name, set.Spec.Template.Spec)),
        .. Of<V1Deployment>().Select(deployment => (deployment.Metadata.Name, deployment.Spec.Template.Spec)),
        .. Of<V1Pod>().Select(pod => (pod.Metadata.Name, pod.Spec)),
    ];

    /// <summary>The values files of the chart, null for its defaults, and the tests' own with every optional part; from the chart's folder.</summary>
    public static IReadOnlyList<string?> ValuesFiles { get; } =
    [
        null,
        .. Directory.GetFiles(Repository.Chart, "values-*.yaml").Select(Path.GetFileName).Order(StringComparer.Ordinal),
        "../../tests/Helm/values-everything.yaml",
    ];

    public static async Task<RenderedChart> RenderAsync(string? valuesFile, params string[] settings)
    {
        List<string> arguments = ["template", "release", Repository.Chart, "--namespace", "space"];
        if (valuesFile is not null) arguments.AddRange(["--values", Path.Combine(Repository.Chart, valuesFile)]);
        foreach (var setting in settings) arguments.AddRange(["--set", setting]);
        var result = await HelmTool.RunAsync([.. arguments]);
        Assert.True(result.ExitCode == 0, result.Text);
        return new RenderedChart(result.Output);
    }

    public IEnumerable<T> Of<T>() => Objects.OfType<T>();

    public IEnumerable<CustomObject> OfKind(string kind) => Of<CustomObject>().Where(custom => custom.Kind == kind);
}
