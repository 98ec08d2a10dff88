using System.Diagnostics.CodeAnalysis;

namespace ResPrune.Batch.Storage;

/// <summary>Rules every blob name obeys, so that one name means one blob in every store and none outside it.</summary>
public static class BlobName
{
    /// <summary>Most characters of a name (Azure Blob's limit).</summary>
    public const int MaxLength = 1024;

    /// <summary>First path segment a store keeps for its own bookkeeping; never a blob.</summary>
    internal const string ReservedSegment = ".resprune-store";

    /// <summary>Drops empty and '.' segments and checks the rest.</summary>
    /// <exception cref="BlobNameException">Empty, absolute, too long, with '..', a backslash or a control character.</exception>
    public static string Canonicalise(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryCanonicalise(name, out var canonical, out var reason) ? canonical : throw new BlobNameException(name, reason);
    }

    /// <summary>Drops empty and '.' segments and checks the rest; on false, <paramref name="reason"/> says why in a few words.</summary>
    public static bool TryCanonicalise(
        string name, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? reason)
    {
        ArgumentNullException.ThrowIfNull(name);
        canonical = null;
        reason = FindFault(name);
        if (reason is not null) return false;
        var segments = name.Split('/').Where(segment => segment.Length > 0 && segment != ".").ToArray();
        if (segments.Length == 0) reason = "it names no blob";
        else if (segments.Contains("..")) reason = "'..' is not allowed";
        else if (segments[0] == ReservedSegment) reason = $"'{ReservedSegment}' belongs to the store";
        if (reason is not null) return false;
        canonical = string.Join('/', segments);
        return true;
    }

    /// <summary>Checks the start of a name, as <see cref="IBlobStore.ListAsync"/> takes it; empty is all names.</summary>
    /// <exception cref="BlobNameException">No canonical name can start so.</exception>
    internal static void CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (!TryCanonicalise(prefix + "x", out var canonical, out var reason)) throw new BlobNameException(prefix, reason);
        if (canonical != prefix + "x") throw new BlobNameException(prefix, "empty and '.' segments are not allowed in a prefix");
    }

    /// <summary>Checks a prefix as <see cref="IBlobStore.ListFoldersAsync"/> takes it.</summary>
    /// <exception cref="BlobNameException">It is not empty and does not end with '/', or no canonical name can start so.</exception>
    internal static void CheckFolderPrefix(string prefix)
    {
        CheckPrefix(prefix);
        if (prefix.Length > 0 && prefix[^1] != '/') throw new BlobNameException(prefix, "the name of a folder ends with '/' here");
    }

    private static bool IsUnicode(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (!char.IsSurrogate(name[i])) continue;
            if (!char.IsSurrogatePair(name, i)) return false;
            i++;
        }

        return true;
    }

    private static string? FindFault(string name)
    {
        if (name.Length == 0) return "it is empty";
        if (name.Length > MaxLength) return $"it is longer than {MaxLength} characters";
        if (name[0] == '/') return "it is an absolute path";
        if (name.Contains('\\', StringComparison.Ordinal)) return "backslashes are not allowed";
        if (name.Any(char.IsControl)) return "control characters are not allowed";
        // Half of a surrogate pair has no UTF-8: two such names would be one.
        return IsUnicode(name) ? null : "it is not valid Unicode";
    }
}
