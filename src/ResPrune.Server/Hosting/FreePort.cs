using System.Net;
using System.Net.Sockets;

namespace ResPrune.Server.Hosting;

/// <summary>Ports that nobody listens on.</summary>
internal static class FreePort
{
    /// <summary>A port of 127.0.0.1 that was free a moment ago; whoever uses it must be ready to find it taken.</summary>
    public static int Next() => Next(IPAddress.Loopback);

    /// <summary>The same on another address of this machine.</summary>
    public static int Next(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether a start failed because somebody else had taken a port.</summary>
    public static bool WasTaken(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }) return true;
        return false;
    }
}
