using System.Diagnostics;
using System.Text;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>The built executable, started as a user starts it.</summary>
internal sealed class Resprune : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "resprune.dll");

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private Resprune(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The number of the process that was started.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Whether it has ended, of itself or not.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>What it has said on standard output so far.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>What it has said on standard error so far.</summary>
    public string Error
    {
        get
        {
            lock (_error) return _error.ToString();
        }
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<Outcome> RunAsync(params string[] arguments)
    {
        using var running = Start(arguments);
        return await running.EndAsync();
    }

    /// <summary>Starts it, deaf to no signal: what a shell puts in the background is started with SIGINT ignored, and passes that on.</summary>
    public static Resprune Start(params string[] arguments) => StartIn([], arguments);

    /// <summary>Starts it with some variables of its own.</summary>
    public static Resprune StartIn(Dictionary<string, string> environment, params string[] arguments) =>
        new(StartInfo("env", ["--default-signal=INT,TERM", "dotnet", Program, .. arguments], environment));

    /// <summary>
    /// Starts it where <paramref name="disk"/> is a disk of this size that only it sees; after its end standard output lists what is on that.
    /// </summary>
    public static Resprune StartOnDisk(string disk, string size, Dictionary<string, string> environment, params string[] arguments)
    {
        const string Script = """
            disk=$1
            mount -t tmpfs -o size="$2" resprune "$disk" || exit 99
            shift 2
            "$@"
            code=$?
            find "$disk" -type f
            exit $code
            """;
        string[] unshare = Environment.IsPrivilegedProcess ? ["--mount"] : ["--mount", "--map-root-user"];
        return new(StartInfo("unshare", [.. unshare, "sh", "-c", Script, "sh", disk, size, "dotnet", Program, .. arguments], environment));
    }

    /// <summary>Starts it in a folder of its own and with settings in its environment.</summary>
    public static Resprune StartIn(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = StartInfo("env", ["--default-signal=INT,TERM", "dotnet", Program, .. arguments]);
        start.WorkingDirectory = folder;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new Resprune(start);
    }

    /// <summary>Runs it to its end on a terminal of its own.</summary>
    public static async Task<Outcome> RunOnTerminalAsync(params string[] arguments)
    {
        var command = string.Join(' ', ((string[])["dotnet", Program, .. arguments]).Select(word => $"'{word}'"));
        var start = StartInfo("script", ["--quiet", "--return", "--command", $"stty columns 200; {command}", "/dev/null"]);
        start.Environment["TERM"] = "xterm-256color";
        using var running = new Resprune(start);
        return await running.EndAsync();
    }

    /// <summary>Runs it to its end where no file can become larger than so many KiB, as if the disk were full then.</summary>
    public static async Task<Outcome> RunWithFileLimitAsync(int kibibytes, params string[] arguments)
    {
        var start = StartInfo("bash", ["-c", $"ulimit -f {kibibytes}; trap '' XFSZ; exec dotnet \"$@\"", "bash", Program, .. arguments]);
        using var running = new Resprune(start);
        return await running.EndAsync();
    }

    /// <summary>Starts it where its data (heap, anonymous maps, stacks) can have no more than so many bytes.</summary>
    public static Resprune StartWithDataLimit(long bytes, params string[] arguments) =>
        new(StartInfo("prlimit", [FormattableString.Invariant($"--data={bytes}"), "dotnet", Program, .. arguments]));

    /// <summary>Waits for its end.</summary>
    /// <returns>What it left, and the most bytes of data that it was seen to have.</returns>
    public async Task<(Outcome Outcome, long PeakData)> EndWatchedAsync()
    {
        var (end, peak) = (EndAsync(), 0L);
        while (!end.IsCompleted)
        {
            peak = Math.Max(peak, DataBytes());
            await Task.WhenAny(end, Task.Delay(20));
        }

        return (await end, peak);
    }

    private long DataBytes()
    {
        try
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").FirstOrDefault(line => line.StartsWith("VmData:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            return 0; // It has just ended.
        }
    }

    /// <summary>Sends a signal, for example <c>INT</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits until something is so; fails with everything the process said when it ends before that, or takes too long.</summary>
    public async Task UntilAsync(string what, Func<bool> isSo)
    {
        var waited = Stopwatch.StartNew();
        while (!isSo())
        {
            // What it said last may have made it so.
            var ended = _process.HasExited;
            if ((ended || waited.Elapsed > Deadline) && !isSo()) Assert.Fail($"{what} did not happen; running: {!ended}.\n{Output}\n{Error}");
            await Task.Delay(10);
        }
    }

    /// <summary>Waits for its end.</summary>
    public async Task<Outcome> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It did not end.\n{Output}\n{Error}");
        }

        return new Outcome(_process.ExitCode, Output, Error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(string program, IReadOnlyList<string> arguments, Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Colours and widths must be this test's own.
        foreach (var name in (string[])["NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI"]) start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? []) start.Environment[name] = value;
        return start;
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.Append(line).Append('\n');
    }
}
