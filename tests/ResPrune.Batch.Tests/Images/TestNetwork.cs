using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ResPrune.Batch.Images;

namespace ResPrune.Batch.Tests.Images;

/// <summary>Names that a test makes up, and connections that all end at one server of its own, whatever address they were meant for.</summary>
internal sealed class TestNetwork(int port) : IImageNetwork
{
    public static readonly IPAddress Public = IPAddress.Parse("93.184.215.14");
    private readonly ConcurrentQueue<IPEndPoint> _dialled = [];
    private readonly ConcurrentQueue<string> _resolved = [];

    /// <summary>The addresses of a name; a public one by default.</summary>
    public Func<string, IPAddress[]> Names { get; set; } = _ => [Public];

    public IReadOnlyList<IPEndPoint> Dialled => [.. _dialled];

    public IReadOnlyList<string> Resolved => [.. _resolved];

    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        _resolved.Enqueue(host);
        return Task.FromResult(Names(host));
    }

    public async Task<Stream> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        _dialled.Enqueue(endpoint);
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        return client.GetStream();
    }
}
