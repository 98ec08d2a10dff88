using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>A Redis of its own, on a free port, that keeps what it is told on disk.</summary>
internal sealed class RedisServer : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-redis-").FullName;
    private Process? _process;

    private readonly string? _password;

    /// <summary>Starts it; nobody is let in without the password where there is one.</summary>
    public RedisServer(string? password = null)
    {
        _password = password;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        Start();
    }

    public int Port { get; }

    /// <summary>As <c>--redis</c> takes it.</summary>
    public string Address => AddressWith(_password);

    /// <summary>The address with this password.</summary>
    public string AddressWith(string? password) =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}{(password is null ? "" : ",password=")}{password}");

    /// <summary>Starts it, or starts it again with what it had; returns when it takes connections.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo(
            "redis-server",
            [
                "--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--dir", _folder, "--appendonly", "yes", "--save", "",
                .. _password is null ? Array.Empty<string>() : ["--requirepass", _password],
            ])
        {
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        // Nobody reads its log; a full pipe would stop it.
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        for (var waited = Stopwatch.StartNew(); !Answers();)
        {
            if (_process.HasExited || waited.Elapsed > Deadline) throw new InvalidOperationException($"redis-server did not start at {Address}.");
            Thread.Sleep(10);
        }
    }

    /// <summary>Ends it the hard way; what was acknowledged is on disk.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>Ends it the hard way as soon as somebody sends this command.</summary>
    public async Task KillAtAsync(string command, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Port, cancellationToken);
        await client.GetStream().WriteAsync("MONITOR\r\n"u8.ToArray(), cancellationToken);
        using var seen = new StreamReader(client.GetStream());
        while (await seen.ReadLineAsync(cancellationToken) is { } line)
            if (line.Contains($"\"{command}\"", StringComparison.OrdinalIgnoreCase)) break;
        Kill();
    }

    /// <summary>Loses what it had; it must not be running.</summary>
    public void Forget()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
    }

    public void Dispose()
    {
        Kill();
        _process!.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private bool Answers()
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", Port);
            client.GetStream().Write(Encoding.ASCII.GetBytes(_password is null ? "PING\r\n" : $"AUTH {_password}\r\n"));
            return client.GetStream().ReadByte() == '+';
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
