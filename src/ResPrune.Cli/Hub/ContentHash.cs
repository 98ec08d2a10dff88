using System.Text.RegularExpressions;

namespace ResPrune.Cli.Hub;

/// <summary>
/// What a file's content hashes to, which is also its ETag and the name of its blob: SHA-256 of a file in LFS, else git's SHA-1 of
/// <c>"blob {length}\0"</c> and the content.
/// </summary>
internal sealed partial record ContentHash
{
    private ContentHash(string hex) => Hex = hex;

    /// <summary>64 or 40 lower-case hexadecimal digits.</summary>
    public string Hex { get; }

    /// <summary>Whether it is git's.</summary>
    public bool IsGit => Hex.Length == 40;

    /// <summary>Reads an ETag header or an oid; null when it is no hash of content.</summary>
    public static ContentHash? TryParse(string? text)
    {
        if (text is null) return null;
        if (text.StartsWith("W/", StringComparison.Ordinal)) text = text[2..];
        text = text.Trim('"');
        if (text.StartsWith("sha256:", StringComparison.Ordinal)) text = text["sha256:".Length..];
        return Form().IsMatch(text) ? new ContentHash(text) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Hex;

    [GeneratedRegex(@"\A(?:[0-9a-f]{40}|[0-9a-f]{64})\z")]
    private static partial Regex Form();
}
