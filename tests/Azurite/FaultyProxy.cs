using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ResPrune.Azurite;

/// <summary>An HTTP proxy before Azurite that a test lets fail: each request's fault is asked for by its method and target.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentQueue<string> _seen = [];
    private readonly int _upstream;
    private readonly Task _accepting;

    public FaultyProxy(int upstream)
    {
        _upstream = upstream;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Decides by method and target, such as <c>PUT</c> and <c>/account/container/blob?comp=blocklist</c>; nothing fails by default.</summary>
    public Func<string, string, StorageFault> Decide { get; set; } = (_, _) => StorageFault.None;

    /// <summary>How long <see cref="StorageFault.Late"/> holds a request.</summary>
    public TimeSpan Lateness { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The wait that <see cref="StorageFault.Throttled"/> asks for.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Changes the head of a request that is passed on; null (default) changes none.</summary>
    public Func<string, string>? Rewrite { get; set; }

    /// <summary>Told what the service has carried out: the request's head, its body, and the status of the reply.</summary>
    public Action<string, byte[], int>? CarriedOut { get; set; }

    /// <summary>Every request so far, as method and target.</summary>
    public IReadOnlyCollection<string> Seen => _seen;

    /// <summary>Decides so that the first request with each method and target has the fault, and its repeats have none.</summary>
    public void FailFirst(StorageFault fault, Func<string, string, bool>? concerned = null)
    {
        var failed = new ConcurrentDictionary<string, bool>();
        Decide = (method, target) =>
            (concerned is null || concerned(method, target)) && failed.TryAdd($"{method} {target}", true) ? fault : StorageFault.None;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        // Stopped only then: between two connections nobody may be told that the listener is not there.
        await _accepting;
        _listener.Stop();
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopped.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    // One request for each connection: the service is asked to close it, and so the client learns to.
    private async Task ServeAsync(TcpClient connection)
    {
        using var client = connection;
        try
        {
            var stream = client.GetStream();
            var (head, body) = await ReadRequestAsync(stream);
            if (head.Length == 0) return;
            var words = head.Split(' ', 3);
            _seen.Enqueue($"{words[0]} {words[1]}");
            await AnswerAsync(stream, Decide(words[0], words[1]), words[0], head, body);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client or the server went; that is what this is for.
        }
    }

    private async Task AnswerAsync(NetworkStream client, StorageFault fault, string method, string head, byte[] body)
    {
        switch (fault)
        {
            case StorageFault.LoseRequest:
                return;
            case StorageFault.Silence:
                await Task.Delay(Timeout.Infinite, _stopped.Token);
                return;
            case StorageFault.Busy:
                await client.WriteAsync(Refusal("503 Busy", "ServerBusy", ""), _stopped.Token);
                return;
            case StorageFault.Throttled:
                await client.WriteAsync(Refusal(
                    "429 Too Many Requests", "TooManyRequests", FormattableString.Invariant($"x-ms-retry-after-ms: {RetryAfter.TotalMilliseconds:0}\r\n")), _stopped.Token);
                return;
            case StorageFault.Late:
                // Whatever the client does meanwhile: a request on its way arrives.
                await Task.Delay(Lateness, _stopped.Token);
                break;
        }

        var reply = await ForwardAsync(Rewrite?.Invoke(head) ?? head, body);
        CarriedOut?.Invoke(head, body, StatusOf(reply));
        var bodyAt = reply.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        if (fault == StorageFault.LoseReply) return;
        var count = fault == StorageFault.CutReply && method == "GET" && reply.AsSpan().StartsWith("HTTP/1.1 2"u8) ? bodyAt + ((reply.Length - bodyAt) / 2) : reply.Length;
        await client.WriteAsync(reply.AsMemory(0, count), _stopped.Token);
    }

    private async Task<byte[]> ForwardAsync(string head, byte[] body)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, _upstream, _stopped.Token);
        var stream = server.GetStream();
        var lines = head.Split("\r\n").Where(line => !line.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase));
        await stream.WriteAsync(Encoding.Latin1.GetBytes(string.Join("\r\n", lines) + "\r\nConnection: close\r\n\r\n"), _stopped.Token);
        await stream.WriteAsync(body, _stopped.Token);
        using var reply = new MemoryStream();
        await stream.CopyToAsync(reply, _stopped.Token);
        return reply.ToArray();
    }

    private async Task<(string Head, byte[] Body)> ReadRequestAsync(NetworkStream stream)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        int end;
        while ((end = bytes.GetBuffer().AsSpan(0, (int)bytes.Length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var read = await stream.ReadAsync(buffer, _stopped.Token);
            if (read == 0) return ("", []);
            bytes.Write(buffer, 0, read);
        }

        var head = Encoding.Latin1.GetString(bytes.GetBuffer(), 0, end);
        if (head.Contains("Expect: 100-continue", StringComparison.OrdinalIgnoreCase))
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), _stopped.Token);
        var body = new byte[LengthOf(head)];
        var have = Math.Min(body.Length, (int)bytes.Length - end - 4);
        bytes.GetBuffer().AsSpan(end + 4, have).CopyTo(body);
        await stream.ReadExactlyAsync(body.AsMemory(have), _stopped.Token);
        return (head, body);
    }

    // HTTP/1.1 201 Created
    private static int StatusOf(byte[] reply) =>
        reply.Length > 12 && int.TryParse(reply.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 0;

    private static int LengthOf(string head)
    {
        const string Name = "Content-Length:";
        var line = head.Split("\r\n").FirstOrDefault(line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line.AsSpan(Name.Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }

    private static byte[] Refusal(string status, string code, string headers) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {status}\r\nx-ms-error-code: {code}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n");
}
