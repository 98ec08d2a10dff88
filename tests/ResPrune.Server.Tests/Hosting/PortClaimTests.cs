using System.Net;
using System.Net.Sockets;
using ResPrune.Server.Hosting;

namespace ResPrune.Server.Tests.Hosting;

public sealed class PortClaimTests
{
    [Fact]
    public void A_claimed_port_is_refused_until_it_is_let_go_whether_somebody_listens_or_not()
    {
        using var other = PortClaim.TakeFree(IPAddress.Loopback);
        int port;
        using (var claim = PortClaim.TakeFree(IPAddress.Loopback))
        {
            port = claim.Port;
            Assert.NotEqual(other.Port, port);
            Assert.True(PortClaim.WasTaken(Record.Exception(() => PortClaim.Take(IPAddress.Loopback, port))));
        }

        using var again = PortClaim.Take(IPAddress.Loopback, port);
        Assert.Equal(port, again.Port);
    }

    [Fact]
    public void A_port_on_which_another_program_listens_is_refused_though_it_would_share_it()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // As Orleans does.
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();

        var refused = Record.Exception(() => PortClaim.Take(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint!).Port));

        Assert.True(PortClaim.WasTaken(refused));
    }
}
