using System.Net.Sockets;

namespace ResPrune.Batch.Http;

/// <summary>
/// Connects for an <see cref="HttpClient"/> so that a request is sent once. Where a server closes a new connection without an answer,
/// <see cref="SocketsHttpHandler"/> sends the request on up to three more, and has no setting against it: each try of ours would reach the server four
/// times. A connection that had been kept and turns out to be closed may still be replaced by a new one.
/// </summary>
public static class OneTry
{
    private static readonly HttpRequestOptionsKey<bool> Connected = new("resprune.connected");

    /// <summary>Notes that a connection is made for a request.</summary>
    /// <exception cref="IOException">One was made for it before.</exception>
    public static void Note(SocketsHttpConnectionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var options = context.InitialRequestMessage.Options;
        if (options.TryGetValue(Connected, out _))
            throw new IOException($"{context.DnsEndPoint.Host}:{context.DnsEndPoint.Port} closed the connection without an answer");
        options.Set(Connected, true);
    }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>: connects as the handler itself does, once a request.</summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Note(context);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
