using System.Text.Json;
using ResPrune.Helm.Tests.Chart;

namespace ResPrune.Helm.Tests;

public class SchemaTests
{
    [Fact]
    public void Objects_with_properties_are_closed_and_name_what_they_take()
    {
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Chart, "values.schema.json")));
        var closed = 0;
        // The security context and the items of environments are Kubernetes' own and stay open.
        Visit(schema.RootElement, "", (path, node) =>
        {
            if (!node.TryGetProperty("propertyNames", out var names)) return;
            closed++;
            Assert.True(node.TryGetProperty("additionalProperties", out var more) && more.ValueKind == JsonValueKind.False, $"{path} is open");
            Assert.Equal(
                node.GetProperty("properties").EnumerateObject().Select(property => property.Name),
                names.GetProperty("enum").EnumerateArray().Select(name => name.GetString()));
        });
        Assert.NotEqual(0, closed);
    }

    [Fact]
    public void A_pool_takes_a_name_and_every_default_of_workers()
    {
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Chart, "values.schema.json")));
        var properties = schema.RootElement.GetProperty("properties");
        var defaults = properties.GetProperty("workerDefaults").GetProperty("properties").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetRawText());
        var pool = properties.GetProperty("workerPools").GetProperty("items").GetProperty("properties").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetRawText());
        Assert.True(pool.Remove("name"));
        Assert.Equal(defaults.Keys.Order(), pool.Keys.Order());
    }

    private static void Visit(JsonElement node, string path, Action<string, JsonElement> visit)
    {
        if (node.ValueKind != JsonValueKind.Object) return;
        visit(path, node);
        foreach (var property in node.EnumerateObject()) Visit(property.Value, $"{path}/{property.Name}", visit);
    }
}
