using System.Text;

namespace ResPrune.Batch.Rows;

/// <summary>Cuts what errors and messages repeat of the input, so that a long question or reference is not held and stored again.</summary>
internal static class EchoedText
{
    /// <summary>2 KiB.</summary>
    public const int MaxBytes = 2048;

    /// <summary>The text; where it has more bytes in UTF-8, its beginning and how long it was, together in <paramref name="maxBytes"/> and a mark.</summary>
    public static string Cut(string text, int maxBytes = MaxBytes)
    {
        // A character has at most three bytes (four are a pair).
        if (text.Length * 3L <= maxBytes) return text;
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes <= maxBytes) return text;
        var mark = FormattableString.Invariant($"… (cut, {bytes} bytes)");
        var room = Math.Max(0, maxBytes - Encoding.UTF8.GetByteCount(mark));
        var (taken, used) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (used + rune.Utf8SequenceLength > room) break;
            used += rune.Utf8SequenceLength;
            taken += rune.Utf16SequenceLength;
        }

        return text[..taken] + mark;
    }
}
