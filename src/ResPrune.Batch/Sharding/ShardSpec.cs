using System.Text.Json;
using System.Text.Json.Serialization;

namespace ResPrune.Batch.Sharding;

/// <summary>One shard: a fixed byte range of the stored input that begins and ends on line boundaries.</summary>
/// <param name="Ordinal">Its place, from 0.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="FirstLine">Number of its first line, from 1, blank lines counted.</param>
/// <param name="Rows">Lines in it that are not blank.</param>
/// <param name="IdSum">
/// Sum (mod 2¹²⁸) of the hashes of the ids that the shard's rows are published under: the submitter's own, each the first time it occurs in the batch.
/// What is published is checked against it, in no memory, however many rows there are.
/// </param>
public sealed record ShardSpec(int Ordinal, long Offset, long Length, long FirstLine, int Rows, UInt128 IdSum)
{
    /// <summary>
    /// Lines of this shard whose id an earlier line of the batch already has, as ranges in order; decided once for all attempts. Blank lines may be in
    /// them. In JSON a list of line numbers and of pairs [first, last].
    /// </summary>
    [JsonConverter(typeof(LineRangesJsonConverter))]
    public IReadOnlyList<LineRange> DuplicateLines { get; init; } = [];

    /// <summary>Whether the line has an id that an earlier line of the batch already has.</summary>
    public bool IsDuplicate(long line)
    {
        var (low, high) = (0, DuplicateLines.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var range = DuplicateLines[middle];
            if (line < range.First) high = middle - 1;
            else if (line > range.Last) low = middle + 1;
            else return true;
        }

        return false;
    }
}

/// <summary>Lines from one to another, both included.</summary>
/// <param name="First">The first line, from 1.</param>
/// <param name="Last">The last line.</param>
public readonly record struct LineRange(long First, long Last);

/// <summary>A range of one line as its number, a longer one as [first, last]: thousands of equal ids in a row are one entry of a plan.</summary>
internal sealed class LineRangesJsonConverter : JsonConverter<IReadOnlyList<LineRange>>
{
    public override IReadOnlyList<LineRange> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Expect(ref reader, JsonTokenType.StartArray);
        var ranges = new List<LineRange>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Number)
            {
                ranges.Add(new LineRange(reader.GetInt64(), reader.GetInt64()));
                continue;
            }

            Expect(ref reader, JsonTokenType.StartArray);
            var (first, last) = (Number(ref reader), Number(ref reader));
            if (last < first || !reader.Read() || reader.TokenType != JsonTokenType.EndArray) throw new JsonException("A range of lines is [first, last].");
            ranges.Add(new LineRange(first, last));
        }

        return ranges;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<LineRange> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var (first, last) in value)
        {
            if (first == last)
            {
                writer.WriteNumberValue(first);
                continue;
            }

            writer.WriteStartArray();
            writer.WriteNumberValue(first);
            writer.WriteNumberValue(last);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static long Number(ref Utf8JsonReader reader)
    {
        if (!reader.Read()) throw new JsonException("A range of lines is cut off.");
        Expect(ref reader, JsonTokenType.Number);
        return reader.GetInt64();
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type) throw new JsonException($"{type} was expected, not {reader.TokenType}.");
    }
}
