using System.Globalization;
using System.Text;

namespace ResPrune.Inference.Tokenization;

/// <summary>
/// The regular expressions that published byte-level tokenizers cut words with, each recognised by its text and matched by hand: .NET's
/// engine knows no categories outside the basic plane (𝒜 would be no letter), and a hostile question must not make it backtrack. Every
/// character is in exactly one match; work grows with the length of the text.
/// </summary>
internal sealed class WordPattern
{
    /// <summary>GPT-2's, which is also what <c>use_regex</c> of a ByteLevel pre-tokenizer means.</summary>
    public static readonly WordPattern Gpt2 = new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", modern: false, digits: int.MaxValue);

    private static readonly WordPattern[] Known = [Gpt2, Modern(@"\p{N}", digits: 1), Modern(@"\p{N}{1,3}", digits: 3)];

    private readonly bool _modern;
    private readonly int _digits;

    private WordPattern(string text, bool modern, int digits)
    {
        Text = text;
        _modern = modern;
        _digits = digits;
    }

    private enum Kind
    {
        Letter,
        Number,
        Space,
        Other,
    }

    /// <summary>The regular expression.</summary>
    public string Text { get; }

    /// <summary>The pattern written exactly so, or null.</summary>
    public static WordPattern? Find(string text) => Array.Find(Known, pattern => pattern.Text == text);

    /// <summary>Appends the end of each match in a word, counted from <paramref name="offset"/>.</summary>
    public void Split(ReadOnlySpan<char> word, int offset, List<int> ends)
    {
        for (var at = 0; at < word.Length;)
        {
            at = MatchEnd(word, at);
            ends.Add(offset + at);
        }
    }

    /// <summary>Qwen2's (one digit a word) and Llama-3's (up to three).</summary>
    private static WordPattern Modern(string number, int digits) => new(
        $@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{number}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        modern: true,
        digits);

    /// <summary>The alternatives in their order, the first that matches wins.</summary>
    private int MatchEnd(ReadOnlySpan<char> text, int at)
    {
        if (Contraction(text, at) is var contraction and > 0) return at + contraction;
        var kind = KindAt(text, at, out var length);
        var next = at + length;
        var nextKind = next < text.Length ? KindAt(text, next, out _) : Kind.Space;
        var isSpace = text[at] == ' ';
        if (kind == Kind.Letter) return RunEnd(text, at, Kind.Letter);
        if (nextKind == Kind.Letter && (_modern ? kind != Kind.Number && text[at] is not ('\r' or '\n') : isSpace))
            return RunEnd(text, next, Kind.Letter);
        if (kind == Kind.Number) return RunEnd(text, at, Kind.Number, _digits);
        if (nextKind == Kind.Number && isSpace && !_modern) return RunEnd(text, next, Kind.Number, _digits);
        if (kind == Kind.Other || (isSpace && nextKind == Kind.Other))
        {
            var end = RunEnd(text, kind == Kind.Other ? at : next, Kind.Other);
            while (_modern && end < text.Length && text[end] is '\r' or '\n') end++;
            return end;
        }

        return SpaceEnd(text, at);
    }

    /// <summary><c>\s*[\r\n]+|\s+(?!\S)|\s+</c>, without the first of these in GPT-2's.</summary>
    private int SpaceEnd(ReadOnlySpan<char> text, int at)
    {
        var end = RunEnd(text, at, Kind.Space);
        if (_modern && text[at..end].LastIndexOfAny('\r', '\n') is var line and >= 0) return at + line + 1;

        // White space before a word leaves its last character to that word.
        return end < text.Length && end - at > 1 ? end - 1 : end;
    }

    /// <summary>Length of an English contraction's ending, 0 when there is none.</summary>
    private int Contraction(ReadOnlySpan<char> text, int at)
    {
        if (text[at] != '\'' || at + 1 >= text.Length) return 0;
        var first = Fold(text[at + 1]);
        if (first is 's' or 't' or 'm' or 'd') return 2;
        if (at + 2 >= text.Length) return 0;
        return (first, Fold(text[at + 2])) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    private char Fold(char character) => !_modern ? character : character == 'ſ' ? 's' : char.ToLowerInvariant(character);

    private static int RunEnd(ReadOnlySpan<char> text, int at, Kind kind, int most = int.MaxValue)
    {
        for (; at < text.Length && most > 0; most--)
        {
            if (KindAt(text, at, out var length) != kind) break;
            at += length;
        }

        return at;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int at, out int length)
    {
        Rune.DecodeFromUtf16(text[at..], out var rune, out length);
        if (rune.IsAscii)
        {
            var value = (char)rune.Value;
            return char.IsAsciiLetter(value) ? Kind.Letter : char.IsAsciiDigit(value) ? Kind.Number : char.IsWhiteSpace(value) ? Kind.Space : Kind.Other;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other,
        };
    }
}
