using System.Diagnostics;
using System.Globalization;
using ResPrune.Inference.Engine;
using Xunit.Abstractions;

namespace ResPrune.Inference.Tests.Fuzzing;

/// <summary>
/// Gives damaged copies of real files to what reads them, in turn. Each must be accepted or refused with <see cref="ModelLoadException"/>,
/// within <see cref="SecondsACase"/> and with no more memory than the file's size and <see cref="ExtraBytes"/>.
/// </summary>
internal static class FuzzRun
{
    /// <summary>Mutations of one run of the whole suite, over all targets; <c>RESPRUNE_FUZZ_MUTATIONS</c> sets another number.</summary>
    public static readonly int Mutations =
        int.TryParse(Environment.GetEnvironmentVariable("RESPRUNE_FUZZ_MUTATIONS"), CultureInfo.InvariantCulture, out var set) ? set : 20_000;

    private const long ExtraBytes = 64L << 20;

    /// <summary>Hundreds of times what any case takes, so that a loaded machine is no finding.</summary>
    private const double SecondsACase = 10;

    /// <summary>Runs one target's share.</summary>
    /// <param name="count">How many mutations.</param>
    /// <param name="files">The files to start from.</param>
    /// <param name="read">What reads a damaged one.</param>
    /// <param name="output">Where the totals go.</param>
    public static void Run(int count, IReadOnlyList<(string Name, byte[] Bytes)> files, Action<byte[]> read, ITestOutputHelper output)
    {
        Assert.NotEmpty(files);
        foreach (var (_, bytes) in files) read(bytes);
        var (accepted, worst, current, fault) = (0, 0L, "", (string?)null);

        // A thread of its own, so that a case that never ends fails the test instead of hanging it.
        var done = 0;
        var worker = new Thread(() =>
        {
            for (var seed = 0; seed < count && fault is null; seed++)
            {
                var (name, bytes) = files[seed % files.Count];
                Volatile.Write(ref current, $"{name}, seed {seed}");
                var damaged = new Mutator(seed).Mutate(bytes);
                fault = Try(damaged, read, ref accepted, ref worst);
                if (fault is not null) fault = $"{name}, seed {seed}: {fault}\n{Save(damaged, seed)}";
                Volatile.Write(ref done, seed + 1);
            }
        })
        {
            IsBackground = true,
        };
        worker.Start();
        for (var seen = -1; !worker.Join(TimeSpan.FromSeconds(SecondsACase));)
        {
            var now = Volatile.Read(ref done);
            Assert.True(now != seen, $"{Volatile.Read(ref current)}: did not end within {SecondsACase} s.");
            seen = now;
        }

        Assert.True(fault is null, fault);
        output.WriteLine($"{count} mutations of {files.Count} files: {accepted} accepted, {count - accepted} refused; at most {worst >> 10} KiB above a file's size.");
        Assert.InRange(accepted, 1, count - 1);
    }

    private static string? Try(byte[] damaged, Action<byte[]> read, ref int accepted, ref long worst)
    {
        var started = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(damaged);
            accepted++;
        }
        catch (ModelLoadException)
        {
            // The one way to refuse a file.
        }
        catch (Exception exception)
        {
            return exception.ToString();
        }

        var extra = GC.GetAllocatedBytesForCurrentThread() - before - damaged.Length;
        worst = Math.Max(worst, extra);
        if (extra > ExtraBytes) return $"allocated {extra} bytes more than the file has.";
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return seconds > SecondsACase ? $"took {seconds:0.0} s." : null;
    }

    private static string Save(byte[] damaged, int seed)
    {
        var path = Path.Combine(Path.GetTempPath(), $"resprune-fuzz-{seed}");
        File.WriteAllBytes(path, damaged);
        return $"The damaged file is {path}.";
    }
}
