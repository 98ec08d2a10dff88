using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ResPrune.Azurite;

/// <summary>
/// An Azurite blob service of its own: a node process on a free port of 127.0.0.1 with its data in a folder, which outlives a stop and a start.
/// Azurite is looked for in the folder named by <c>RESPRUNE_AZURITE</c>, else in <c>artifacts/azurite</c>; where it is missing, starting fails.
/// </summary>
internal sealed partial class AzuriteServer : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";

    // Azurite's published development key; it opens nothing but emulators.
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly string _data = Directory.CreateTempSubdirectory("resprune-azurite-").FullName;
    private Process? _process;
    private Task _drained = Task.CompletedTask;

    private AzuriteServer()
    {
    }

    /// <summary>The port; stays the same over a stop and a start.</summary>
    public int Port { get; private set; }

    /// <summary>The account as clients name it.</summary>
    public string ConnectionString => ConnectionStringThrough(Port);

    /// <summary>Starts a server and waits until it listens.</summary>
    public static async Task<AzuriteServer> StartNewAsync()
    {
        var server = new AzuriteServer();
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The account reached through another port of this machine, a proxy's.</summary>
    public static string ConnectionStringThrough(int port) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{port}/{Account};";

    /// <summary>Starts the process again after <see cref="StopAsync"/>, on the same port and data.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            Script(), "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--location", _data,
            "--blobHost", "127.0.0.1", "--blobPort", Port.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        var errors = _process.StandardError.ReadToEndAsync();
        var seen = new List<string>();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                seen.Add(line);
                if (Listening().Match(line) is not { Success: true } listening) continue;
                Port = int.Parse(listening.Groups[1].Value, CultureInfo.InvariantCulture);
                _drained = Task.WhenAll(errors, _process.StandardOutput.ReadToEndAsync());
                return;
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Azurite did not listen within {Deadline}; it said: {string.Join(" | ", seen)}");
        }

        throw new InvalidOperationException($"Azurite ended: {string.Join(" | ", seen)} {await errors}");
    }

    /// <summary>Asks the process to end (SIGTERM: killed, it would lose writes it has confirmed) and waits for it.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        using var process = _process;
        _process = null;
        if (!process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        }

        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"Azurite did not end within {Deadline} of SIGTERM and was killed.");
        }

        await _drained;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_data, recursive: true);
    }

    private static string Script()
    {
        var folder = Environment.GetEnvironmentVariable("RESPRUNE_AZURITE") ?? Path.Combine(Repository(), "artifacts", "azurite");
        var script = Path.Combine(folder, "node_modules", "azurite", "dist", "src", "blob", "main.js");
        return File.Exists(script)
            ? script
            : throw new FileNotFoundException($"Azurite is not at '{script}'. Install it: bash tests/Azurite/install.sh {folder}");
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ResPrune.Cluster.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex(@"successfully listens on http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
