using System.Collections.Frozen;
using System.Text.Json;

namespace ResPrune.Batch.Rows;

/// <summary>The words of <see cref="RowErrorCode"/> in files and metrics.</summary>
public static class RowErrorCodeNames
{
    private static readonly FrozenDictionary<RowErrorCode, string> Names = Enum.GetValues<RowErrorCode>()
        .ToFrozenDictionary(code => code, code => JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString()));

    /// <summary>The snake_case word, e.g. <c>image_not_found</c>.</summary>
    public static string ToName(this RowErrorCode code) => Names[code];
}
