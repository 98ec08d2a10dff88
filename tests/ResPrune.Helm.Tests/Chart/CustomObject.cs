using k8s;
using k8s.Models;
using YamlDotNet.Serialization;

namespace ResPrune.Helm.Tests.Chart;

/// <summary>An object of an operator's own kind; its spec is whatever it is.</summary>
internal sealed class CustomObject : IKubernetesObject<V1ObjectMeta>
{
    [YamlMember(Alias = "apiVersion", ApplyNamingConventions = false)]
    public string ApiVersion { get; set; } = "";

    [YamlMember(Alias = "kind", ApplyNamingConventions = false)]
    public string Kind { get; set; } = "";

    [YamlMember(Alias = "metadata", ApplyNamingConventions = false)]
    public V1ObjectMeta Metadata { get; set; } = new();

    [YamlMember(Alias = "spec", ApplyNamingConventions = false)]
    public Dictionary<string, object> Spec { get; set; } = [];
}
