namespace ResPrune.Batch.Images;

/// <summary>A list of host names: whole ones, and <c>*.suffix</c> for every name below a suffix but not the suffix itself.</summary>
internal sealed class AllowedHosts
{
    private readonly HashSet<string> _exact = new(StringComparer.Ordinal);
    private readonly List<string> _suffixes = [];

    /// <exception cref="FormatException">An entry is no host name; the message names it.</exception>
    public AllowedHosts(IEnumerable<string> entries)
    {
        foreach (var entry in entries)
        {
            var below = entry.StartsWith("*.", StringComparison.Ordinal);
            var name = Normalise(entry, below ? entry[2..] : entry);
            if (below) _suffixes.Add("." + name);
            else _exact.Add(name);
        }
    }

    /// <summary>True when the URL's host is on the list.</summary>
    public bool Contains(Uri url)
    {
        var host = HostOf(url);
        return _exact.Contains(host) || _suffixes.Any(suffix => host.Length > suffix.Length && host.EndsWith(suffix, StringComparison.Ordinal));
    }

    // In the form that goes to the name service: lower case, punycode, without the dot of the root.
    private static string HostOf(Uri url) => url.IdnHost.TrimEnd('.').ToLowerInvariant();

    private static string Normalise(string entry, string host)
    {
        var isHost = Uri.TryCreate($"https://{host}/", UriKind.Absolute, out var url)
            && url is { UserInfo: "", IsDefaultPort: true, AbsolutePath: "/", Query: "", Fragment: "" }
            && !host.AsSpan().ContainsAny("/?#@*");
        return isHost
            ? HostOf(url!)
            : throw new FormatException($"'{entry}' is no host to allow images from; give a name such as images.example.org, or *.example.org for all names below it.");
    }
}
