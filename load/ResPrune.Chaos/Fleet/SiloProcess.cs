using System.Diagnostics;
using ResPrune.Chaos.Devices;

namespace ResPrune.Chaos.Fleet;

/// <summary>One <c>resprune silo</c>, with everything it says in a file.</summary>
internal sealed class SiloProcess : IDisposable
{
    private const int Refused = 2;
    private const int Evicted = 4;
    private const int DeviceFailed = 5;
    private const string Script = """
        log=$1
        shift
        exec env --default-signal=INT,TERM "$@" >>"$log" 2>&1
        """;

    private readonly Process _process;
    private readonly string _orders;

    private SiloProcess(string name, bool isControl, string log, Process process)
    {
        Name = name;
        IsControl = isControl;
        Log = log;
        _orders = OrdersOf(log);
        _process = process;
    }

    public string Name { get; }

    /// <summary>Control or worker.</summary>
    public bool IsControl { get; }

    /// <summary>The file.</summary>
    public string Log { get; }

    /// <summary>What was done to it.</summary>
    public SiloFate Fate { get; set; }

    /// <summary>Between SIGSTOP and SIGCONT.</summary>
    public bool IsStopped { get; private set; }

    public bool HasExited => _process.HasExited;

    /// <summary>It is a member, or was.</summary>
    public bool IsUp => Says(" is up, ");

    /// <summary>Can be a victim: it runs and nothing was done to it.</summary>
    public bool IsWhole => !HasExited && Fate == SiloFate.Runs && IsUp;

    /// <summary>It said what it did not find, the store or Redis, and ended before it was up. It is to be started again.</summary>
    public bool WasRefused => HasExited && Fate == SiloFate.Runs && _process.ExitCode == Refused && !IsUp;

    /// <summary>The others took it for dead though nothing was done to it: a machine with too much to do. It is to be started again.</summary>
    public bool WasEvicted => HasExited && Fate == SiloFate.Runs && _process.ExitCode == Evicted;

    /// <summary>Its device was told to break, and something was asked of it since.</summary>
    public bool IsDeviceBroken => Says(BreakableEngine.Broken);

    /// <summary>Starts one; it is not up yet. A worker is the same command with a device that can be broken.</summary>
    public static SiloProcess Start(
        string name, bool isControl, string log, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var program = isControl ? Path.Combine(AppContext.BaseDirectory, "resprune.dll") : typeof(ChaosSilo).Assembly.Location;
        string[] silo = ["dotnet", program, "silo", "--role", isControl ? "control" : "worker", "--name", name, .. arguments];
        var start = new ProcessStartInfo("sh", ["-c", Script, "sh", log, .. silo]);
        start.Environment[ChaosSilo.OrdersVariable] = OrdersOf(log);
        foreach (var (variable, value) in environment) start.Environment[variable] = value;
        return new SiloProcess(name, isControl, log, Process.Start(start)!);
    }

    /// <summary>Whether it has said something.</summary>
    public bool Says(string text)
    {
        if (!File.Exists(Log)) return false;
        using var reader = new StreamReader(new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Contains(text, StringComparison.Ordinal);
    }

    /// <summary>Where its metrics are; null before it is up.</summary>
    public string? Metrics()
    {
        const string Marker = "metrics at ";
        var line = File.Exists(Log) ? File.ReadLines(Log).FirstOrDefault(line => line.Contains(Marker, StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)..].Split(',', ' ')[0];
    }

    public void Kill()
    {
        Fate = SiloFate.Killed;
        ProcessSignal.Send(_process, "KILL");
    }

    public void Drain()
    {
        Fate = SiloFate.Drained;
        ProcessSignal.Send(_process, "TERM");
    }

    /// <summary>Breaks its device at the next thing that is asked of it.</summary>
    public void Break(DeviceOrder order)
    {
        Fate = SiloFate.DeviceBroken;
        order.Write(_orders);
    }

    public void Stop()
    {
        Fate = SiloFate.Woken;
        IsStopped = true;
        ProcessSignal.Send(_process, "STOP");
    }

    public void Continue()
    {
        IsStopped = false;
        ProcessSignal.Send(_process, "CONT");
    }

    /// <summary>Waits for its end; false when it does not end in time.</summary>
    public async Task<bool> HasEndedAsync(TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>What is wrong with how it has ended, or with its not having ended; null when nothing is.</summary>
    public string? Complaint() => (Fate, HasExited) switch
    {
        (SiloFate.Drained, true) when _process.ExitCode != 0 => $"{Name} was told to stop and exited {_process.ExitCode}",
        (SiloFate.Drained, false) => $"{Name} was told to stop and still runs",
        (SiloFate.Woken, true) when _process.ExitCode != Evicted => $"{Name} woke up and exited {_process.ExitCode}",
        (SiloFate.DeviceBroken, true) when _process.ExitCode is not (DeviceFailed or Evicted) =>
            $"{Name} had a broken device and exited {_process.ExitCode} instead of {DeviceFailed}",
        (SiloFate.DeviceBroken, false) => $"{Name} has a broken device and still runs",
        (SiloFate.Runs, true) when !WasEvicted => $"{Name} ended by itself and exited {_process.ExitCode}",
        _ => null,
    };

    private static string OrdersOf(string log) => Path.ChangeExtension(log, ".device");

    public void Dispose()
    {
        if (!HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
