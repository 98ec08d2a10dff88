using System.Security.Cryptography;
using System.Text;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>
/// The blob that stands for an image reference in a store. A plain relative name is its own blob name; bytes that no store takes (backslashes,
/// control characters, '..', a '/' at the beginning, a dot or blank at the end of a segment) become <c>%{5C}</c>, and what is too long for
/// a store ends with its hash. Two references that mean two files never share a blob.
/// </summary>
public static class UploadedNames
{
    // Azure takes 1,024 characters with the folder before it, a file system 255 bytes a segment.
    private const int MostCharacters = 700;
    private const int MostSegmentBytes = 240;

    /// <summary>The blob's name; null when the reference names nothing.</summary>
    public static string? Of(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (reference.Length == 0) return null;
        var absolute = reference[0] == '/';
        var segments = reference.Split('/').Where(segment => segment.Length > 0 && segment != ".").Select(Escape).ToList();
        if (segments.Count == 0) return null;
        if (absolute || segments[0] == BlobName.ReservedSegment) segments[0] = "%{2F}" + segments[0];
        var name = string.Join('/', segments);
        var tooLong = name.Length > MostCharacters || segments.Count > 100 || segments.Any(segment => Encoding.UTF8.GetByteCount(segment) > MostSegmentBytes);
        return tooLong ? $"%{{long}}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}" : name;
    }

    /// <summary>Whether a reference is a plain relative name, which any store has under that name.</summary>
    public static bool IsItself(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return !FileNames.IsEscaped(reference) && !FileReference.IsFileUrl(reference) && BlobName.TryCanonicalise(reference, out var name, out _) && name == Of(reference);
    }

    /// <summary>Whether a reference may lead out of the folder that names are relative to.</summary>
    internal static bool LeadsOut(string reference) =>
        reference.StartsWith('/') || reference.Contains('\\', StringComparison.Ordinal) || reference.Split('/').Contains("..")
        || FileReference.IsFileUrl(reference);

    private static string Escape(string segment)
    {
        var last = segment.Length - 1;
        if (!segment.Any(IsUnusable) && segment[last] is not ('.' or ' ')) return segment;
        var text = new StringBuilder(segment.Length + 8);
        foreach (var rune in segment.EnumerateRunes())
        {
            var unusable = rune.IsBmp && IsUnusable((char)rune.Value);
            if (!unusable) text.Append(rune);
            else AppendEscaped(text, rune);
        }

        if (segment[last] is not ('.' or ' ')) return text.ToString();
        text.Length--;
        AppendEscaped(text, new Rune(segment[last]));
        return text.ToString();
    }

    private static bool IsUnusable(char value) => value == '\\' || char.IsControl(value) || value is '\uFFFE' or '\uFFFF';

    private static void AppendEscaped(StringBuilder text, Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var value in bytes[..rune.EncodeToUtf8(bytes)]) FileNames.AppendEscaped(text, value);
    }
}
