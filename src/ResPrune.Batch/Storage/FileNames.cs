using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ResPrune.Batch.Storage;

/// <summary>
/// File names of Linux, which are bytes, as text: UTF-8 as it is, any other byte as <c>%{E9}</c>. A name that holds <c>%{</c> itself has
/// <c>%{25}{</c> there, so that no two names share one text.
/// </summary>
internal static partial class FileNames
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of a name or path.</summary>
    public static string Escape(ReadOnlySpan<byte> name)
    {
        if (name.IndexOf("%{"u8) < 0 && TryDecode(name) is { } plain) return plain;
        var text = new StringBuilder(name.Length + 16);
        for (var rest = name; rest.Length > 0;)
        {
            if (rest.StartsWith("%{"u8))
            {
                text.Append("%{25}");
                rest = rest[1..];
                continue;
            }

            var status = Rune.DecodeFromUtf8(rest, out var rune, out var read);
            if (status == System.Buffers.OperationStatus.Done) text.Append(rune);
            else foreach (var value in rest[..read]) AppendEscaped(text, value);
            rest = rest[read..];
        }

        return text.ToString();
    }

    /// <summary>The bytes that a text stands for, escapes taken out.</summary>
    public static byte[] Unescape(string text)
    {
        if (!IsEscaped(text)) return Encoding.UTF8.GetBytes(text);
        var bytes = new List<byte>(text.Length);
        var at = 0;
        foreach (Match escape in Escapes().Matches(text))
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(text[at..escape.Index]));
            bytes.Add(byte.Parse(escape.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            at = escape.Index + escape.Length;
        }

        bytes.AddRange(Encoding.UTF8.GetBytes(text[at..]));
        return [.. bytes];
    }

    /// <summary>Whether a text has escapes in it.</summary>
    public static bool IsEscaped(string text) => text.Contains("%{", StringComparison.Ordinal) && Escapes().IsMatch(text);

    /// <summary>Appends one byte as an escape.</summary>
    public static void AppendEscaped(StringBuilder text, byte value) => text.Append(CultureInfo.InvariantCulture, $"%{{{value:X2}}}");

    private static string? TryDecode(ReadOnlySpan<byte> name)
    {
        try
        {
            return Strict.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"%\{([0-9A-F]{2})\}", RegexOptions.CultureInvariant)]
    private static partial Regex Escapes();
}
