using System.Buffers;
using System.Buffers.Text;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Images;

/// <summary>
/// Reads base64 data URLs as people write them: with or without padding, in either alphabet, with escapes such as <c>%2B</c>, white space and
/// parameters.
/// </summary>
internal static class DataUrl
{
    private const string Scheme = "data:";
    private const int LeastRaw = 64;

    // How base64 of JPEG, PNG, GIF, WebP, BMP, TIFF and of AVIF or HEIC begins.
    private static readonly string[] ImageStarts = ["/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR", "Qk", "SUkqA", "TU0AK", "AAAA"];

    /// <summary>Whether a reference is a data URL.</summary>
    public static bool IsOne(string reference) => reference.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a reference looks like base64 without the head of a data URL.</summary>
    public static bool IsWithoutHead(string reference) =>
        reference.Length >= LeastRaw
        && ImageStarts.Any(start => reference.StartsWith(start, StringComparison.Ordinal))
        && !reference.AsSpan().ContainsAnyExcept(Base64Characters);

    /// <summary>Decodes one.</summary>
    public static ImageFetchOutcome Decode(string url, int maxBytes)
    {
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0) return Undecodable("The data URL has no comma.");
        if (!SaysBase64(url.AsSpan(Scheme.Length, comma - Scheme.Length)))
            return Undecodable("The data URL is not base64: write data:image/png;base64,… (with the image's own type).");
        var text = ArrayPool<byte>.Shared.Rent(Math.Max(1, url.Length - comma + 2));
        try
        {
            var (count, fault) = Normalise(url, comma + 1, text);
            if (fault is not null) return Undecodable(fault);
            var most = count / 4L * 3 + count % 4 * 3 / 4;
            if (most > maxBytes)
                return new ImageFetchFailure(RowErrorCode.ImageTooLarge, $"The data URL holds {most} bytes; at most {maxBytes} are read.");
            if (count % 4 == 1)
                return Undecodable($"The data URL's base64 is cut off: it has {count} characters, and one character alone at the end means nothing.");
            ClearUnusedBits(text.AsSpan(0, count));
            while (count % 4 != 0) text[count++] = (byte)'=';
            var bytes = new byte[most + 3];
            return Base64.DecodeFromUtf8(text.AsSpan(0, count), bytes, out _, out var written) == OperationStatus.Done
                ? ImageFetchOutcome.Of(bytes.AsMemory(0, written), "The data URL")
                : Undecodable("The data URL's base64 is not valid in its last four characters.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    // Some encoders leave bits in the last character that belong to no byte; the decoder would refuse them.
    private static void ClearUnusedBits(Span<byte> text)
    {
        var unused = (text.Length % 4) switch { 2 => 4, 3 => 2, _ => 0 };
        if (unused > 0) text[^1] = Alphabet[(Alphabet.IndexOf(text[^1]) >> unused) << unused];
    }

    private static ReadOnlySpan<byte> Alphabet => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;

    private static SearchValues<char> Base64Characters { get; } =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_= \t\r\n");

    private static bool SaysBase64(ReadOnlySpan<char> head)
    {
        var type = true;
        foreach (var range in head.Split(';'))
        {
            if (!type && head[range].Trim().Equals("base64", StringComparison.OrdinalIgnoreCase)) return true;
            type = false;
        }

        return false;
    }

    // The usual alphabet without white space, escapes and padding.
    private static (int Count, string? Fault) Normalise(string url, int start, Span<byte> text)
    {
        var (count, padding) = (0, 0);
        for (var at = start; at < url.Length; at++)
        {
            var (value, place) = (url[at], at);
            if (value == '%' && at + 2 < url.Length && char.IsAsciiHexDigit(url[at + 1]) && char.IsAsciiHexDigit(url[at + 2]))
            {
                value = (char)Convert.FromHexString(url.AsSpan(at + 1, 2))[0];
                at += 2;
            }

            if (value is ' ' or '\t' or '\r' or '\n' or '\f') continue;
            if (value == '=')
            {
                padding++;
                continue;
            }

            if (value == '-') value = '+';
            if (value == '_') value = '/';
            if (!char.IsAsciiLetterOrDigit(value) && value is not ('+' or '/'))
                return (0, $"The data URL's base64 is not valid: character {place - start + 1} behind the comma (U+{(int)url[place]:X4}) is none of base64.");
            if (padding > 0) return (0, $"The data URL's base64 is not valid: character {place - start + 1} behind the comma follows on the padding '='.");
            text[count++] = (byte)value;
        }

        return padding > 2 ? (0, $"The data URL's base64 is not valid: it ends in {padding} '=', at most two may stand there.") : (count, null);
    }

    private static ImageFetchFailure Undecodable(string message) => new(RowErrorCode.ImageUndecodable, message);
}
