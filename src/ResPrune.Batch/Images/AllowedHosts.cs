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
    public bool Contains(Uri url) => TryGetHost(url, out var host)
        && (_exact.Contains(host) || _suffixes.Any(suffix => host.Length > suffix.Length && host.EndsWith(suffix, StringComparison.Ordinal)));

    /// <summary>The host in the form that goes to the name service: lower case, punycode, without the dot of the root. False for one that has no such form.</summary>
    public static bool TryGetHost(Uri url, out string host)
    {
        host = "";
        try
        {
            host = url.IdnHost.TrimEnd('.').ToLowerInvariant();
        }
        catch (Exception exception) when (exception is UriFormatException or ArgumentException)
        {
            // Not every host that the parser takes can be written in punycode: mixed directions, labels that are too long, characters that are none.
        }

        // What a name may have in the DNS; an address in brackets or digits is shorter.
        return host.Length is > 0 and <= 253 && !host.Split('.').Any(label => label.Length is 0 or > 63);
    }

    private static string Normalise(string entry, string host)
    {
        var isHost = Uri.TryCreate($"https://{host}/", UriKind.Absolute, out var url)
            && url is { UserInfo: "", IsDefaultPort: true, AbsolutePath: "/", Query: "", Fragment: "" }
            && !host.AsSpan().ContainsAny("/?#@*");
        return isHost && TryGetHost(url!, out var name)
            ? name
            : throw new FormatException($"'{entry}' is no host to allow images from; give a name such as images.example.org, or *.example.org for all names below it.");
    }
}
