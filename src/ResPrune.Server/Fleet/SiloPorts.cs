using System.Net;
using ResPrune.Cluster.Hosting;
using ResPrune.Server.Hosting;

namespace ResPrune.Server.Fleet;

/// <summary>The ports of a silo, its own while they are held.</summary>
internal sealed class SiloPorts : IDisposable
{
    private readonly PortClaim _silo;
    private readonly PortClaim? _gateway;

    private SiloPorts(PortClaim silo, PortClaim? gateway)
    {
        _silo = silo;
        _gateway = gateway;
    }

    /// <summary>For the other silos.</summary>
    public int Silo => _silo.Port;

    /// <summary>For clients; 0 where the silo has no gateway.</summary>
    public int Gateway => _gateway?.Port ?? 0;

    /// <summary>Takes the ports that are given, and free ones where none is.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">One that is given is taken.</exception>
    public static SiloPorts Take(FleetSiloOptions options, IPAddress address)
    {
        var silo = Take(options.SiloPort, address);
        try
        {
            // Clients talk to control grains: a gateway on a rented worker would only be one more thing to lose.
            var hasGateway = options.GatewayPort is not null || options.Role.HasFlag(SiloRole.Control);
            return new SiloPorts(silo, hasGateway ? Take(options.GatewayPort, address) : null);
        }
        catch
        {
            silo.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _silo.Dispose();
        _gateway?.Dispose();
    }

    private static PortClaim Take(int? port, IPAddress address) => port is { } given ? PortClaim.Take(address, given) : PortClaim.TakeFree(address);
}
