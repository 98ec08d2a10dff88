using System.Diagnostics;
using System.Text.Json;

namespace ResPrune.FleetCost.Silos;

/// <summary>A silo in a process of its own.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    private SiloProcess(string name, Process process) => (Name, _process) = (name, process);

    public string Name { get; }

    /// <summary>Where its metrics are.</summary>
    public string Metrics { get; private set; } = "";

    /// <summary>Starts one; returns when it is a member.</summary>
    public static async Task<SiloProcess> StartAsync(SiloSettings settings)
    {
        string[] words = [typeof(SiloProcess).Assembly.Location, "silo", .. settings.Words()];
        var start = new ProcessStartInfo("dotnet", words) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var silo = new SiloProcess(settings.Name, Process.Start(start)!);
        silo.Metrics = (await silo.ReadAsync(line => line.StartsWith(SiloHost.Up, StringComparison.Ordinal)))[(SiloHost.Up.Length + 1)..];
        return silo;
    }

    /// <summary>Its memory, after a full collection.</summary>
    public async Task<MemorySample> CollectAsync()
    {
        await _process.StandardInput.WriteLineAsync(SiloHost.Collect);
        await _process.StandardInput.FlushAsync();
        return JsonSerializer.Deserialize<MemorySample>(await ReadAsync(IsObject))!;
    }

    /// <summary>Lets it leave; what its device has done.</summary>
    public async Task<DeviceTime> StopWorkerAsync()
    {
        _process.StandardInput.Close();
        var spent = JsonSerializer.Deserialize<DeviceTime>(await ReadAsync(IsObject))!;
        await DisposeAsync();
        return spent;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process.HasExited) return;
        _process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }
    }

    private static bool IsObject(string line) => line.StartsWith('{');

    private async Task<string> ReadAsync(Func<string, bool> isWanted)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (await _process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            if (isWanted(line)) return line;
        throw new InvalidOperationException($"{Name} ended; what it said stands above.");
    }
}
