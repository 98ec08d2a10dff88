using System.Text;

namespace ResPrune.Batch.Manifests;

/// <summary>Tells by a file's first bytes that it holds no JSON lines at all, so that it is said once and not for each line.</summary>
internal static class JsonLinesHead
{
    /// <summary>As many bytes as are looked at.</summary>
    public const int Bytes = 4096;

    private static readonly string[] Columns = ["id", "custom_id", "image", "question"];

    /// <summary>What the file is and what to do; null when it may hold JSON lines.</summary>
    public static string? FaultOf(ReadOnlySpan<byte> head)
    {
        if (IsUtf16(head)) return "is UTF-16; save it as UTF-8 (iconv -f UTF-16 -t UTF-8 IN > OUT)";
        if (head.StartsWith("PK\x03\x04"u8)) return "is a ZIP archive; unpack it first";
        if (head.Contains((byte)0)) return "is a binary file; a file of JSON lines is needed, one object a line";
        if (head.StartsWith("\uFEFF"u8)) head = head[3..];
        head = head.TrimStart(" \t\r\n"u8);
        if (head.StartsWith("["u8)) return "is a JSON array; write one object a line (jq -c '.[]' IN > OUT)";
        var end = head.IndexOf((byte)'\n');
        var first = (end < 0 ? head : head[..end]).Trim(" \t\r"u8);
        if (end >= 0 && first.SequenceEqual("{"u8)) return "has an object over several lines; write each on one line (jq -c . IN > OUT)";
        if (end < 0 && EndsLinesWithCr(head)) return "ends its lines with CR alone; end them with LF (tr '\\r' '\\n' < IN > OUT)";
        return IsCsv(first) ? "looks like CSV; write JSON lines, one object a line: {\"id\":\"1\",\"image\":\"a.png\",\"question\":\"…\"}" : null;
    }

    private static bool IsUtf16(ReadOnlySpan<byte> head) =>
        head is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]
        || (head is [not 0, 0, not 0, 0, ..] or [0, not 0, 0, not 0, ..]);

    private static bool EndsLinesWithCr(ReadOnlySpan<byte> head)
    {
        var cr = head.IndexOf("}\r"u8);
        return cr >= 0 && head[cr..].TrimStart("}\r"u8).StartsWith("{"u8);
    }

    private static bool IsCsv(ReadOnlySpan<byte> first)
    {
        if (first.StartsWith("{"u8) || first.IndexOfAny(",;\t"u8) < 0) return false;
        var names = Encoding.UTF8.GetString(first).Split(',', ';', '\t').Select(name => name.Trim(' ', '"'));
        return names.Count(name => Columns.Contains(name, StringComparer.OrdinalIgnoreCase)) >= 2;
    }
}
