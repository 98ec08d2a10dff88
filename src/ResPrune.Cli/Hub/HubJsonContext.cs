using System.Text.Json.Serialization;

namespace ResPrune.Cli.Hub;

/// <summary>The hub's answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RevisionAnswer))]
[JsonSerializable(typeof(IReadOnlyList<TreeAnswer>))]
internal sealed partial class HubJsonContext : JsonSerializerContext;
