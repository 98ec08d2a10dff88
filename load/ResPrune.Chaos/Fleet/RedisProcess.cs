using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ResPrune.Chaos.Fleet;

/// <summary>A Redis on a free port that keeps what it is told on disk, so that a stop costs time and nothing else.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly string _folder;
    private readonly int _port;
    private Process? _process;

    public RedisProcess(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>As <c>--redis</c> takes it.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>Starts it, also again; returns when it answers.</summary>
    public async Task StartAsync()
    {
        string[] arguments =
        [
            "--bind", "127.0.0.1", "--port", _port.ToString(CultureInfo.InvariantCulture), "--dir", _folder, "--appendonly", "yes", "--save", "",
            "--logfile", Path.Combine(_folder, "redis.log"),
        ];
        _process = Process.Start("redis-server", arguments);
        for (var waited = Stopwatch.StartNew(); !await AnswersAsync(); await Task.Delay(20))
            if (_process.HasExited || waited.Elapsed > Deadline) throw new InvalidOperationException($"redis-server did not start; see {_folder}/redis.log.");
    }

    /// <summary>Stops it in good order.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process) return;
        _process = null;
        ProcessSignal.Send(process, "TERM");
        await process.WaitForExitAsync();
        process.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[1];
            return await stream.ReadAsync(answer) == 1 && answer[0] == '+';
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
