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

    /// <summary>Why a row was closed without its turn, for a person.</summary>
    /// <param name="code"><see cref="RowErrorCode.BatchCancelled"/> or <see cref="RowErrorCode.BatchExpired"/>.</param>
    public static string ClosedBecause(RowErrorCode code) => code switch
    {
        RowErrorCode.BatchCancelled => "The batch was cancelled before this row's turn.",
        RowErrorCode.BatchExpired => "The batch's window ran out before this row's turn.",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "A row is closed as cancelled or as expired."),
    };
}
