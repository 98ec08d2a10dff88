using System.Text;
using System.Text.RegularExpressions;

namespace ResPrune.Inference.Checkpoints;

/// <summary>
/// What lies in a file's place when a download or a clone did not bring the file itself: nothing, a pointer, a web page, an error text. Asked by
/// the readers once a file does not read as what it should be, so that the line says what to do and not only where the parser stopped.
/// </summary>
internal static partial class FileStandIn
{
    /// <summary>Bytes from a file's start that <see cref="Describe(ReadOnlySpan{byte}, long)"/> wants; a pointer has fewer.</summary>
    public const int HeadBytes = 1024;

    private const string Again = "delete it and download it again";

    /// <summary>
    /// What the file is instead, and what to do; null when its bytes tell nothing. Git LFS pointers: <c>git-lfs/docs/spec.md</c>, "The Pointer".
    /// </summary>
    /// <param name="head">The first bytes, <see cref="HeadBytes"/> or all there are.</param>
    /// <param name="length">Bytes of the file.</param>
    public static string? Describe(ReadOnlySpan<byte> head, long length)
    {
        if (length == 0) return $"is empty: its download was cut off, or the disk was full; {Again}";
        if (!head.ContainsAnyExcept((byte)0)) return $"begins with nothing but zeros: its download was cut off; {Again}";
        var text = Encoding.Latin1.GetString(head).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n');
        return Pointer(text, length) ?? Page(text) ?? Binary(head, text) ?? Message(text, length);
    }

    /// <summary>As <see cref="Describe(ReadOnlySpan{byte}, long)"/>; null also when the file cannot be read.</summary>
    public static string? Describe(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            Span<byte> head = stackalloc byte[HeadBytes];
            return Describe(head[..RandomAccess.Read(file, head, 0)], RandomAccess.GetLength(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// What a file is that only points to the real one, or a page that was saved in its place; null for others. Safe to ask of any text, unlike
    /// <see cref="Describe(ReadOnlySpan{byte}, long)"/>.
    /// </summary>
    public static string? DescribeText(string text) => Pointer(text, text.Length) ?? Page(text);

    /// <summary>Why a file that is not there is not: a link of the Hugging Face cache that leads nowhere, or just absent.</summary>
    public static string Missing(string path) => new FileInfo(path).LinkTarget is { } target
        ? $"is a link to '{target}', which is not there: the download was cut off, or the cache was moved or cleaned. "
            + "Type 'resprune model pull ORG/NAME' to fetch what is missing"
        : "no such file";

    private static string? Pointer(string text, long length)
    {
        if (length > HeadBytes) return null;
        if (text.StartsWith("# xet version", StringComparison.Ordinal))
            return "is a Xet pointer, not the file itself: fetch the model with 'resprune model pull ORG/NAME'";
        if (!text.StartsWith("version http", StringComparison.Ordinal) || !text.Contains("oid sha256:", StringComparison.Ordinal)) return null;
        var size = PointerSize().Match(text) is { Success: true } match ? $" of {match.Groups[1].Value} bytes" : string.Empty;
        return $"is a Git LFS pointer, not the file itself{size}: type 'git lfs pull' in its folder (after 'git lfs install'), "
            + "or fetch the model with 'resprune model pull ORG/NAME'";
    }

    private static string? Page(string text) =>
        ((string[])["<!doctype html", "<html", "<?xml"]).Any(start => text.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            ? "is a web page, not the file itself: it was saved from a page about the file, a login or an error; download the file"
            : null;

    private static string? Binary(ReadOnlySpan<byte> head, string text)
    {
        if (text.StartsWith("GGUF", StringComparison.Ordinal)) return $"is a GGUF file, llama.cpp's format; {ForeignFormat.UseOriginal}";
        if (head.StartsWith("PK\u0003\u0004"u8) || head is [0x80, >= 2 and <= 5, ..])
            return "is a PyTorch pickle or an archive under another name; it could run code and is not read. Use the original safetensors";
        if (head is [0x1F, 0x8B, ..]) return "is compressed with gzip; unpack it";
        return head is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] ? "is text in UTF-16; save it as UTF-8" : null;
    }

    /// <summary>A server's answer, such as "Entry not found", that was saved in the file's place.</summary>
    private static string? Message(string text, long length)
    {
        const int Shown = 80;
        if (length > HeadBytes || text.Length == 0 || !char.IsAsciiLetter(text[0])) return null;
        if (text.Any(character => character is not ('\n' or '\r' or '\t' or (>= ' ' and <= '~')))) return null;
        var line = text.Trim().ReplaceLineEndings(" ");
        return $"holds only the text '{(line.Length > Shown ? line[..Shown] + "…" : line)}' and is not the file itself; {Again}";
    }

    [GeneratedRegex(@"^size ([0-9]+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex PointerSize();
}
