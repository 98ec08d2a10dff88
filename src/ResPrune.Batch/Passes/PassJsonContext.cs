using System.Text.Json.Serialization;

namespace ResPrune.Batch.Passes;

/// <summary>The stored form of <see cref="PassState"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(PassState))]
internal sealed partial class PassJsonContext : JsonSerializerContext;
