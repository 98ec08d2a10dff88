using System.Text.Json;
using System.Text.Json.Serialization;

namespace ResPrune.Batch.Json;

/// <summary>Enums as snake_case words; numbers are refused.</summary>
internal sealed class SnakeCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
