using System.Text.Json.Serialization;

namespace ResPrune.Batch.Rows;

/// <summary>Visual tokens of one answer, or of many.</summary>
/// <param name="Total">What the encoder produced, newlines included.</param>
/// <param name="Kept">What reached the language model, newlines included.</param>
/// <param name="Newlines">
/// Tokens among both that only end a row of a tiled picture and are never pruned; 0 for families without them, and then not written.
/// </param>
public readonly record struct VisualTokenCount(
    long Total, long Kept, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Newlines = 0)
{
    /// <summary>The sum of both.</summary>
    public static VisualTokenCount operator +(VisualTokenCount left, VisualTokenCount right) =>
        new(left.Total + right.Total, left.Kept + right.Kept, left.Newlines + right.Newlines);
}
