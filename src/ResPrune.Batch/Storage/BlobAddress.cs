using System.Diagnostics.CodeAnalysis;

namespace ResPrune.Batch.Storage;

/// <summary>
/// Where a store is, as people write it: a folder, <c>https://ACCOUNT.blob.core.windows.net/CONTAINER[/FOLDER]</c> (reached with the identity of the
/// process), or <c>azure:CONTAINER[/FOLDER]</c> (reached with the connection string of the environment). An address never holds a secret.
/// </summary>
public sealed record BlobAddress
{
    private const string ConnectionScheme = "azure:";

    // Where the identity's token may be sent: the public cloud with its DNS-zone endpoints, and the two sovereign clouds.
    private static readonly string[] ServiceSuffixes =
        [".blob.core.windows.net", ".blob.storage.azure.net", ".blob.core.usgovcloudapi.net", ".blob.core.chinacloudapi.cn"];

    private BlobAddress()
    {
    }

    /// <summary>A folder of this machine; null when the address is a container.</summary>
    public string? Folder { get; private init; }

    /// <summary>The account's endpoint; null when it comes from the connection string, or when the address is a folder.</summary>
    public Uri? Service { get; private init; }

    /// <summary>The container; null when the address is a folder.</summary>
    public string? Container { get; private init; }

    /// <summary>The folder in the container that all names are below, without '/' at its ends; empty for the whole container.</summary>
    public string Prefix { get; private init; } = "";

    /// <summary>True for a container, false for a folder of this machine.</summary>
    [MemberNotNullWhen(true, nameof(Container))]
    [MemberNotNullWhen(false, nameof(Folder))]
    public bool IsContainer => Container is not null;

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none; the message says what is wrong and repeats nothing that may be secret.</exception>
    public static BlobAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0) throw new FormatException("The address of a store is empty; give a folder, a container URL or azure:CONTAINER.");
        if (text.Contains("AccountKey=", StringComparison.OrdinalIgnoreCase) || text.Contains("SharedAccessSignature=", StringComparison.OrdinalIgnoreCase))
            throw new FormatException(
                $"A connection string is a secret and no address: put it in {BlobStoresOptions.ConnectionStringVariable} and give azure:CONTAINER.");
        if (text.StartsWith(ConnectionScheme, StringComparison.OrdinalIgnoreCase)) return InContainer(null, text[ConnectionScheme.Length..].Trim('/'));
        if (text.StartsWith("http:", StringComparison.OrdinalIgnoreCase))
            throw new FormatException("A container URL begins with https://; an emulator is reached with a connection string and azure:CONTAINER.");
        if (text.StartsWith("https:", StringComparison.OrdinalIgnoreCase)) return FromUrl(text);
        if (text.Contains("://", StringComparison.Ordinal))
            throw new FormatException($"'{text}' is of an unknown kind; give a folder, https://ACCOUNT.blob.core.windows.net/CONTAINER or azure:CONTAINER.");
        return new BlobAddress { Folder = text };
    }

    private static BlobAddress FromUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url)) throw new FormatException("The container URL cannot be read as a URL.");
        if (url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
            throw new FormatException(
                $"The container URL of '{url.Host}' has a query, a user or a fragment; a shared access signature is a secret: put it into the "
                + $"connection string in {BlobStoresOptions.ConnectionStringVariable} and give azure:CONTAINER.");
        if (!ServiceSuffixes.Any(suffix => url.Host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) || !url.IsDefaultPort)
            throw new FormatException(
                $"'{url.Authority}' is no Azure Blob service (looked for *{string.Join(", *", ServiceSuffixes)}); this process's identity is shown to no "
                + "other host. Reach another service with a connection string and azure:CONTAINER.");
        return InContainer(new Uri(url.GetLeftPart(UriPartial.Authority)), Uri.UnescapeDataString(url.AbsolutePath).Trim('/'));
    }

    private static BlobAddress InContainer(Uri? service, string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var (container, prefix) = slash < 0 ? (path, "") : (path[..slash], path[(slash + 1)..]);
        if (!IsContainerName(container))
            throw new FormatException(
                $"'{container}' is no container name: 3 to 63 of a-z 0-9 -, beginning and ending with a letter or digit, no two - together.");
        if (prefix.Length > 0 && !BlobName.TryCanonicalise(prefix, out prefix!, out var reason))
            throw new FormatException($"The folder in container '{container}' is not usable: {reason}.");
        return new BlobAddress { Service = service, Container = container, Prefix = prefix };
    }

    private static bool IsContainerName(string name) =>
        name.Length is >= 3 and <= 63
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && name[0] != '-' && name[^1] != '-'
        && !name.Contains("--", StringComparison.Ordinal);
}
