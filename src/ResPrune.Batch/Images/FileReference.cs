using System.Text;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>The paths that an image reference may mean.</summary>
internal static class FileReference
{
    private const string Scheme = "file:";

    /// <summary>Whether a reference is a <c>file:</c> URL.</summary>
    public static bool IsFileUrl(string reference) => reference.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The paths, absolute, in the order in which they are tried: with escapes taken out, as written, with each <c>\</c> as <c>/</c>. None when the
    /// reference is a URL of another machine.
    /// </summary>
    /// <param name="reference">A name, a path or a <c>file:</c> URL.</param>
    /// <param name="folder">The folder that relative names start in.</param>
    public static IEnumerable<byte[]> Paths(string reference, byte[] folder)
    {
        if (IsFileUrl(reference))
        {
            if (LocalPath(reference[Scheme.Length..]) is not { } local) yield break;
            yield return Below(folder, local);
            var unescaped = Unescaped(local);
            if (!unescaped.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(local))) yield return Below(folder, unescaped);
            yield break;
        }

        if (FileNames.IsEscaped(reference)) yield return Below(folder, FileNames.Unescape(reference));
        yield return Below(folder, reference);
        if (reference.Contains('\\', StringComparison.Ordinal)) yield return Below(folder, reference.Replace('\\', '/'));
    }

    /// <summary>Whether a path begins with a Windows drive or share.</summary>
    public static bool IsWindowsPath(string reference) =>
        reference.StartsWith("\\\\", StringComparison.Ordinal)
        || (reference.Length > 2 && char.IsAsciiLetter(reference[0]) && reference[1] == ':' && reference[2] is '\\' or '/');

    // file:/a, file:///a, file://localhost/a, file:a.png; another host has files that are not here.
    private static string? LocalPath(string rest)
    {
        if (!rest.StartsWith("//", StringComparison.Ordinal)) return rest;
        var slash = rest.IndexOf('/', 2);
        if (slash < 0) return null;
        return rest[2..slash] is "" || rest[2..slash].Equals("localhost", StringComparison.OrdinalIgnoreCase) ? rest[slash..] : null;
    }

    // %C3%BC as bytes: the name need not be UTF-8.
    private static byte[] Unescaped(string path)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        var length = 0;
        for (var at = 0; at < bytes.Length; at++)
        {
            var escaped = bytes[at] == '%' && at + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[at + 1]) && char.IsAsciiHexDigit((char)bytes[at + 2]);
            bytes[length++] = escaped ? Convert.FromHexString([(char)bytes[at + 1], (char)bytes[at + 2]])[0] : bytes[at];
            if (escaped) at += 2;
        }

        return bytes[..length];
    }

    private static byte[] Below(byte[] folder, string path) => Below(folder, Encoding.UTF8.GetBytes(path));

    private static byte[] Below(byte[] folder, byte[] path) => path is [(byte)'/', ..] ? path : [.. folder, (byte)'/', .. path];
}
