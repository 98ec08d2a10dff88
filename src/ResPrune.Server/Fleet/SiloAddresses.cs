using System.Net;
using System.Net.Sockets;

namespace ResPrune.Server.Fleet;

/// <summary>Where a silo is reached, and where it listens.</summary>
internal static class SiloAddresses
{
    /// <summary>The word for all addresses of the machine.</summary>
    private const string Any = "any";

    /// <summary>The address that the others are told.</summary>
    /// <exception cref="FleetStartException">The one that was given is none, or none leads to Redis.</exception>
    public static IPAddress Advertised(FleetConnectionOptions fleet, FleetSiloOptions options)
    {
        if (options.AdvertiseIp is not { } text) return RedisConnection.LocalAddress(fleet.Redis);
        return IPAddress.TryParse(text, out var address)
            ? address
            : throw new FleetStartException($"--advertise: '{text}' is not an IP address.");
    }

    /// <summary>Where to listen: the advertised address alone unless told otherwise, so that other networks of the machine do not reach the silo.</summary>
    /// <exception cref="FleetStartException">What was given is no address.</exception>
    public static IPAddress Listening(FleetSiloOptions options, IPAddress advertised)
    {
        if (options.ListenIp is not { } text) return advertised;
        if (text == Any) return advertised.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        return IPAddress.TryParse(text, out var address)
            ? address
            : throw new FleetStartException($"--listen: '{text}' is neither an IP address nor '{Any}'.");
    }
}
