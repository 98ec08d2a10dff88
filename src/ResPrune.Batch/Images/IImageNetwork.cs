using System.Net;

namespace ResPrune.Batch.Images;

/// <summary>The two things that <see cref="HttpsImageSource"/> asks of the network.</summary>
internal interface IImageNetwork
{
    /// <summary>All addresses of a host name.</summary>
    Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken);

    /// <summary>Connects to one address.</summary>
    Task<Stream> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken);
}
