using System.Security.Cryptography;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Images;

/// <summary>What became of an image reference: a <see cref="FetchedImage"/> or an <see cref="ImageFetchFailure"/>.</summary>
public abstract record ImageFetchOutcome
{
    private const int MaxShown = 200;

    /// <summary>The outcome for bytes that were read: an image, or the failure that there are none.</summary>
    internal static ImageFetchOutcome Of(ReadOnlyMemory<byte> bytes, string what) => bytes.Length == 0
        ? new ImageFetchFailure(RowErrorCode.ImageUndecodable, $"{what} is empty.")
        : new FetchedImage(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes.Span)));

    /// <summary>
    /// A reference as messages show it: not all of a long one, and never the user, the password or the query of a URL, which may be or hold a secret.
    /// </summary>
    internal static string Show(string reference)
    {
        // A network-path reference ("//host/path") is a URL without a scheme.
        var isNetworkPath = reference.Length > 1 && reference[0] is '/' or '\\' && reference[1] is '/' or '\\';
        var colon = isNetworkPath ? -1 : reference.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 && !isNetworkPath) return Brief(reference);
        if (reference.StartsWith("data:", StringComparison.OrdinalIgnoreCase) && reference.Contains(',', StringComparison.Ordinal)) return "data:…";
        var query = reference.AsSpan().IndexOfAny('?', '#');
        var shown = query < 0 ? reference : reference[..query] + "?…";
        var host = colon + 1;
        while (host < shown.Length && shown[host] is '/' or '\\') host++;
        // A file's name may have a colon and an '@', too.
        if (host == colon + 1 && !shown.StartsWith("http", StringComparison.OrdinalIgnoreCase)) return Brief(reference);
        var path = shown.AsSpan(host).IndexOfAny('/', '\\');
        var authority = path < 0 ? shown.Length : host + path;
        var user = shown.LastIndexOf('@', authority - 1, authority - host);
        return Brief(user < 0 ? shown : shown[..host] + "…@" + shown[(user + 1)..]);
    }

    /// <summary>The beginning of a text that others wrote, on one line.</summary>
    internal static string Brief(string text)
    {
        var clean = string.Concat(text.Take(MaxShown).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length <= MaxShown ? clean : clean + "…";
    }
}
