using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ResPrune.Server.Hosting;

/// <summary>
/// A TCP port that no other silo of this machine listens on while the claim is held. Orleans listens with <c>SO_REUSEPORT</c>, so the kernel lets two
/// silos have one port and deals the connections out between them: each then answers for the other, and one that is killed seems alive.
/// The claim is the name of an abstract Unix socket, which is known where the port is (in the network namespace) and gone with the process.
/// </summary>
internal sealed class PortClaim : IDisposable
{
    private const int Tries = 100;

    private readonly Socket _claim;

    private PortClaim(Socket claim, int port)
    {
        _claim = claim;
        Port = port;
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>Claims a port of <paramref name="address"/> that nobody listens on. A program that is no silo may still take it before its use.</summary>
    /// <exception cref="SocketException">There is none.</exception>
    public static PortClaim TakeFree(IPAddress address)
    {
        for (var tries = 1; ; tries++)
        {
            using var listener = new TcpListener(address, 0);
            listener.Start();
            try
            {
                return Take(((IPEndPoint)listener.LocalEndpoint).Port);
            }
            catch (SocketException exception) when (tries < Tries && WasTaken(exception))
            {
                // Another silo has chosen it and does not listen yet.
            }
        }
    }

    /// <summary>Claims a certain port of <paramref name="address"/>.</summary>
    /// <exception cref="SocketException">Another silo has claimed it, or somebody listens on it.</exception>
    public static PortClaim Take(IPAddress address, int port)
    {
        var claim = Take(port);
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return claim;
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>Whether a start failed because somebody else had taken a port.</summary>
    public static bool WasTaken(Exception? exception) => Has(exception, SocketError.AddressAlreadyInUse);

    /// <summary>Whether a start failed because the address to listen on is none of this machine.</summary>
    public static bool IsNotOfThisMachine(Exception? exception) => Has(exception, SocketError.AddressNotAvailable);

    /// <inheritdoc/>
    public void Dispose() => _claim.Dispose();

    private static bool Has(Exception? exception, SocketError error)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is SocketException socket && socket.SocketErrorCode == error) return true;
        return false;
    }

    private static PortClaim Take(int port)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // A leading zero makes the name abstract: no file is left behind.
            socket.Bind(new UnixDomainSocketEndPoint("\0resprune-silo-port-" + port.ToString(CultureInfo.InvariantCulture)));
            return new PortClaim(socket, port);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
