using System.Text;

namespace ResPrune.Inference.Tokenization;

/// <summary>
/// Unicode's normalization form C (UAX #15), with alignment. Work grows with n·log n even for a text of nothing but combining marks; an
/// unpaired surrogate becomes U+FFFD.
/// </summary>
internal sealed class CanonicalComposition
{
    private static readonly CanonicalTable Table = CanonicalTable.Instance;

    private readonly AlignedText _text;
    private readonly AlignedTextBuilder _output;
    private readonly List<int> _codes = [];
    private readonly StringBuilder _composed = new();

    private CanonicalComposition(AlignedText text)
    {
        _text = text;
        _output = new AlignedTextBuilder(text);
    }

    /// <summary>The composed text.</summary>
    public static AlignedText Compose(AlignedText text) =>
        text.Text.AsSpan().IndexOfAnyExceptInRange('\0', '\u02FF') < 0 ? text : new CanonicalComposition(text).Run();

    private AlignedText Run()
    {
        for (var start = 0; start < _text.Text.Length;)
        {
            var end = SegmentEnd(start);
            ComposeSegment(start, end);
            start = end;
        }

        return _output.Build();
    }

    /// <summary>Behind the character at <paramref name="start"/> and all that may reorder or compose with it.</summary>
    private int SegmentEnd(int start)
    {
        Rune.DecodeFromUtf16(_text.Text.AsSpan(start), out _, out var length);
        var end = start + length;
        while (end < _text.Text.Length)
        {
            Rune.DecodeFromUtf16(_text.Text.AsSpan(end), out var rune, out length);
            if (!Table.Continues(rune.Value)) break;
            end += length;
        }

        return end;
    }

    private void ComposeSegment(int start, int end)
    {
        if (end - start == 1 && _text.Text[start] < 0x300)
        {
            _output.Keep(start, end);
            return;
        }

        var segment = _text.Text.AsSpan(start, end - start);
        _codes.Clear();
        foreach (var rune in segment.EnumerateRunes()) Table.Decompose(rune.Value, _codes);
        Reorder(_codes);
        ComposeCodes(_codes);
        _composed.Clear();
        Span<char> units = stackalloc char[2];
        foreach (var code in _codes) _composed.Append(units[..new Rune(code).EncodeToUtf16(units)]);
        if (_composed.Equals(segment)) _output.Keep(start, end);
        else _output.Replace(start, end, _composed.ToString());
    }

    /// <summary>Sorts each run of marks by combining class, those of one class as they were.</summary>
    private static void Reorder(List<int> codes)
    {
        for (var start = 0; start < codes.Count; start++)
        {
            if (Table.ClassOf(codes[start]) == 0) continue;
            var end = start + 1;
            while (end < codes.Count && Table.ClassOf(codes[end]) != 0) end++;
            if (end - start > 1)
            {
                var sorted = codes.GetRange(start, end - start).OrderBy(Table.ClassOf).ToArray();
                for (var i = 0; i < sorted.Length; i++) codes[start + i] = sorted[i];
            }

            start = end;
        }
    }

    private static void ComposeCodes(List<int> codes)
    {
        var starter = -1;
        var count = 0;
        var lastClass = 0;
        for (var i = 0; i < codes.Count; i++)
        {
            var code = codes[i];
            var itsClass = Table.ClassOf(code);

            // A mark of the same or a higher class between the two keeps them apart.
            if (starter >= 0 && (count - 1 == starter || lastClass < itsClass) && Table.Compose(codes[starter], code) is { } composed)
            {
                codes[starter] = composed;
                continue;
            }

            if (itsClass == 0) starter = count;
            codes[count++] = code;
            lastClass = itsClass;
        }

        codes.RemoveRange(count, codes.Count - count);
    }
}
