using System.Text;

namespace ResPrune.Inference.Processing;

/// <summary>The text that a Jinja template itself brings into its output, without rendering it.</summary>
internal static class JinjaLiterals
{
    /// <summary>
    /// In order: what stands outside of tags, and the strings in <c>{{ … }}</c> and <c>{% set … %}</c> that are no subscripts. Comments and
    /// the conditions of other statements bring nothing in.
    /// </summary>
    public static IEnumerable<string> Of(string template)
    {
        var at = 0;
        while (at < template.Length)
        {
            var open = NextTag(template, at);
            if (open > at) yield return template[at..open];
            if (open >= template.Length) yield break;
            var kind = template[open + 1];
            var end = TagEnd(template, open + 2, kind switch { '{' => "}}", '%' => "%}", _ => "#}" }, strings: kind != '#');
            var body = template[(open + 2)..end];
            if (kind == '{' || (kind == '%' && body.TrimStart('-', '+', ' ').StartsWith("set ", StringComparison.Ordinal)))
            {
                foreach (var text in Strings(body)) yield return text;
            }

            at = Math.Min(end + 2, template.Length);
        }
    }

    private static int NextTag(string template, int at)
    {
        for (; (at = template.IndexOf('{', at)) >= 0; at++)
        {
            if (at + 1 < template.Length && template[at + 1] is '{' or '%' or '#') return at;
        }

        return template.Length;
    }

    /// <summary>Where a tag's closing mark is, not looking into strings; the template's end when it never closes.</summary>
    private static int TagEnd(string template, int at, string close, bool strings)
    {
        for (; at < template.Length; at++)
        {
            if (string.CompareOrdinal(template, at, close, 0, close.Length) == 0) return at;
            if (strings && template[at] is '\'' or '"') at = StringEnd(template, at);
        }

        return template.Length;
    }

    /// <summary>Where the string that begins at a quote has its closing quote; the end when it has none.</summary>
    private static int StringEnd(string text, int quote)
    {
        for (var at = quote + 1; at < text.Length; at++)
        {
            if (text[at] == '\\') at++;
            else if (text[at] == text[quote]) return at;
        }

        return text.Length;
    }

    private static IEnumerable<string> Strings(string body)
    {
        for (var at = 0; at < body.Length; at++)
        {
            if (body[at] is not ('\'' or '"')) continue;
            var end = StringEnd(body, at);
            if (!body.AsSpan(0, at).TrimEnd().EndsWith("[")) yield return Unescape(body.AsSpan(at + 1, end - at - 1));
            at = end;
        }
    }

    private static string Unescape(ReadOnlySpan<char> text)
    {
        var output = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '\\' || at + 1 == text.Length)
            {
                output.Append(text[at]);
                continue;
            }

            at++;
            output.Append(text[at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
        }

        return output.ToString();
    }
}
