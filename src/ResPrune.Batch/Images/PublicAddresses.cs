using System.Net;
using System.Net.Sockets;

namespace ResPrune.Batch.Images;

/// <summary>
/// Which addresses belong to the public internet. Everything else is refused: this machine, its networks, its cloud's metadata services, and
/// whatever the registries keep for special use (IANA special-purpose registries, RFC 6890 and its updates).
/// </summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Azure's own address for its virtual machines: name service, health probes, agent; public by number only.
            "168.63.129.16/32",
            // Of the global unicast space: protocol assignments with Teredo, documentation, 6to4.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>True for an address of the public internet. One that wraps an IPv4 address is what that address is.</summary>
    public static bool Contains(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            if (address.IsIPv4MappedToIPv6) return Contains(address.MapToIPv4());
            if (Nat64.Contains(address)) return Contains(new IPAddress(address.GetAddressBytes().AsSpan(12)));
            if (address.ScopeId != 0 || !GlobalUnicast.Contains(address)) return false;
        }

        return !NotPublic.Any(network => network.Contains(address));
    }
}
