using System.Buffers;
using System.Globalization;
using System.Text;

namespace ResPrune.Inference.Tokenization;

/// <summary>
/// Cuts a text at the literals of added tokens: leftmost, then longest, with the strip and single-word rules of Hugging Face's
/// <c>AddedVocabulary::find_matches</c>.
/// </summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<char, List<(string Literal, AddedToken Token)>> _byFirst = [];
    private readonly SearchValues<char> _firsts;

    /// <summary>Takes each token with the literal to look for, which differs from its content when it is normalized.</summary>
    public AddedTokenMatcher(IEnumerable<(string Literal, AddedToken Token)> tokens)
    {
        foreach (var entry in tokens)
        {
            if (entry.Literal.Length == 0) continue;
            if (!_byFirst.TryGetValue(entry.Literal[0], out var sameFirst)) _byFirst[entry.Literal[0]] = sameFirst = [];
            sameFirst.Add(entry);
        }

        foreach (var sameFirst in _byFirst.Values)
            sameFirst.Sort((a, b) => b.Literal.Length.CompareTo(a.Literal.Length));
        _firsts = SearchValues.Create([.. _byFirst.Keys]);
    }

    /// <summary>The parts of a text in order, none empty: an added token's with its id, the text between with null.</summary>
    public List<(int? Id, int Start, int End)> Split(string text)
    {
        var parts = new List<(int? Id, int Start, int End)>();
        var done = 0;
        var at = 0;
        while (at < text.Length)
        {
            var jump = text.AsSpan(at).IndexOfAny(_firsts);
            if (jump < 0) break;
            at += jump;
            if (LongestAt(text, at) is not { } match)
            {
                at++;
                continue;
            }

            var token = match.Token;
            var (start, end) = (at, at + match.Literal.Length);
            at = end;
            if (token.SingleWord && (WordBefore(text, start) || WordAfter(text, end))) continue;
            while (token.LeftStrip && start > done && char.IsWhiteSpace(text[start - 1])) start--;
            while (token.RightStrip && end < text.Length && char.IsWhiteSpace(text[end])) end++;
            if (done < start) parts.Add((null, done, start));
            parts.Add((token.Id, start, end));
            at = done = end;
        }

        if (done < text.Length) parts.Add((null, done, text.Length));
        return parts;
    }

    private (string Literal, AddedToken Token)? LongestAt(string text, int at)
    {
        foreach (var entry in _byFirst[text[at]])
        {
            if (text.AsSpan(at).StartsWith(entry.Literal, StringComparison.Ordinal)) return entry;
        }

        return null;
    }

    private static bool WordBefore(string text, int index) =>
        Rune.DecodeLastFromUtf16(text.AsSpan(0, index), out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool WordAfter(string text, int index) =>
        Rune.DecodeFromUtf16(text.AsSpan(index), out var rune, out _) == OperationStatus.Done && IsWord(rune);

    /// <summary><c>\w</c> of Rust's regular expressions (Unicode TR18): alphabetic, marks, decimal digits, connectors, joiners.</summary>
    private static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter => true,
        UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber => true,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => true,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation => true,
        _ => rune.Value is 0x200C or 0x200D,
    };
}
