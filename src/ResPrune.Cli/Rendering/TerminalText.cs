using System.Globalization;
using System.Text;

namespace ResPrune.Cli.Rendering;

/// <summary>Makes text from files, models and questions safe for a terminal: one line, nothing a terminal would obey.</summary>
internal static class TerminalText
{
    private const string Ellipsis = "…";

    /// <summary>White space becomes one blank; control characters, direction overrides and lone surrogates go.</summary>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                if (clean.Length > 0 && clean[^1] != ' ') clean.Append(' ');
            }
            else if (rune != Rune.ReplacementChar && IsVisible(rune))
            {
                clean.Append(rune);
            }
        }

        return clean.ToString().TrimEnd();
    }

    /// <summary>The same, cut to so many characters.</summary>
    public static string Clean(string text, int maxLength)
    {
        var clean = Clean(text);
        if (clean.Length <= maxLength) return clean;
        var end = char.IsHighSurrogate(clean[maxLength - 2]) ? maxLength - 2 : maxLength - 1;
        return clean[..end] + Ellipsis;
    }

    // Format characters include those that turn the writing direction around; emoji joiners are the ones worth keeping.
    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse => false,
        UnicodeCategory.Format => rune.Value == 0x200D,
        _ => true,
    };
}
