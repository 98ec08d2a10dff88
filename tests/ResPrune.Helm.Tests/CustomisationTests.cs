using k8s;
using k8s.Models;
using ResPrune.Helm.Tests.Chart;

namespace ResPrune.Helm.Tests;

/// <summary>What a cluster asks of every workload on it: labels, pull secrets, proxies, certificates, places.</summary>
public class CustomisationTests
{
    private const string Everything = "../../tests/Helm/values-everything.yaml";

    [Fact]
    public async Task Common_labels_are_on_every_object_and_pod_and_in_no_selector()
    {
        var chart = await RenderedChart.RenderAsync(Everything);
        foreach (var made in chart.Objects.Cast<IKubernetesObject<V1ObjectMeta>>().Where(made => made.Kind != "TriggerAuthentication"))
            Assert.True(made.Metadata.Labels.TryGetValue("team", out var team) && team == "pictures", $"{made.Kind} {made.Metadata.Name} lacks the label");
        foreach (var set in chart.Of<V1StatefulSet>()) Check(set.Metadata.Name, set.Spec.Template, set.Spec.Selector);
        foreach (var deployment in chart.Of<V1Deployment>()) Check(deployment.Metadata.Name, deployment.Spec.Template, deployment.Spec.Selector);

        static void Check(string name, V1PodTemplateSpec template, V1LabelSelector selector)
        {
            Assert.True(template.Metadata.Labels["team"] == "pictures", name);
            Assert.DoesNotContain("team", selector.MatchLabels.Keys);
        }
    }

    [Fact]
    public async Task Pull_secrets_are_on_every_pod()
    {
        foreach (var (name, pod) in (await RenderedChart.RenderAsync(Everything)).Pods)
            Assert.True(pod.ImagePullSecrets?.SingleOrDefault()?.Name == "registry", name);
    }

    [Fact]
    public async Task Proxy_and_certificates_reach_silos_and_downloads()
    {
        var containers = (await RenderedChart.RenderAsync(Everything)).Pods
            .SelectMany(pod => (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers).Select(container => (Pod: pod, Container: container)))
            .Where(one => one.Container.Name is "silo" or "model").ToList();
        Assert.Equal(["model", "silo", "silo", "silo"], containers.Select(one => one.Container.Name).Order());
        foreach (var (pod, container) in containers)
        {
            Assert.Contains(container.Env, variable => variable.Name == "HTTPS_PROXY");
            var mount = Assert.Single(container.VolumeMounts, mount => mount.MountPath == "/etc/authority");
            Assert.Contains(pod.Spec.Volumes, volume => volume.Name == mount.Name);
        }
    }

    [Fact]
    public async Task A_password_of_Redis_comes_from_its_secret_everywhere_and_stands_nowhere()
    {
        var pods = (await RenderedChart.RenderAsync(Everything)).Pods.ToList();
        foreach (var (name, pod) in pods)
        {
            var variable = pod.Containers[0].Env.SingleOrDefault(variable => variable.Name == "REDIS_PASSWORD");
            Assert.True(variable?.Value is null && variable?.ValueFrom.SecretKeyRef.Name == "redis", name);
        }

        var redis = Assert.Single(pods, pod => pod.Name.EndsWith("-redis", StringComparison.Ordinal)).Spec;
        Assert.Equal("$(REDIS_PASSWORD)", redis.Containers[0].Args[redis.Containers[0].Args.IndexOf("--requirepass") + 1]);
    }

    [Fact]
    public async Task Places_and_priorities_are_the_users()
    {
        var chart = await RenderedChart.RenderAsync(Everything);
        var control = Assert.Single(chart.Of<V1StatefulSet>(), set => set.Metadata.Name.EndsWith("-control", StringComparison.Ordinal)).Spec.Template;
        Assert.Equal("high", control.Spec.PriorityClassName);
        Assert.Equal("system", control.Spec.NodeSelector["pool"]);
        Assert.Single(control.Spec.Tolerations);
        Assert.Single(control.Spec.TopologySpreadConstraints);
        Assert.Equal("control", control.Metadata.Labels["tier"]);
        Assert.Equal("1", control.Metadata.Annotations["note"]);
        var redis = Assert.Single(chart.Of<V1StatefulSet>(), set => set.Metadata.Name.EndsWith("-redis", StringComparison.Ordinal)).Spec.Template;
        Assert.Equal("high", redis.Spec.PriorityClassName);
        Assert.NotNull(redis.Spec.Affinity.NodeAffinity);
        Assert.Single(Assert.Single(chart.Of<V1Pod>()).Spec.Tolerations);
    }

    [Fact]
    public async Task An_autoscaler_signs_in_to_Prometheus_where_it_must()
    {
        var scaled = Assert.Single((await RenderedChart.RenderAsync(Everything)).OfKind("ScaledObject"));
        var trigger = (IDictionary<object, object>)Assert.Single((IList<object>)scaled.Spec["triggers"]);
        Assert.Equal("prometheus", ((IDictionary<object, object>)trigger["authenticationRef"])["name"]);
    }
}
