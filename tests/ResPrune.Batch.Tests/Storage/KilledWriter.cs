using System.Diagnostics;
using System.Globalization;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

/// <summary>A process that writes to a folder store as fast as it can, for the tests to kill; both the process and its handle.</summary>
internal sealed class KilledWriter : IDisposable
{
    public const string Replaced = "replaced";
    private readonly Process _process;

    private KilledWriter(Process process) => _process = process;

    public static async Task<int> Main(string[] args)
    {
        var store = LocalFolderBlobStore.OpenOrCreate(args[0]);
        for (var i = 0; ; i++)
        {
            await store.PutAsync(Replaced, Content(i));
            await store.PutAsync($"created/{Environment.ProcessId}-{i}", Content(i), BlobWriteCondition.CreateOnly);
            Console.WriteLine(i);
        }
    }

    public static KilledWriter Start(string folder)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(KilledWriter).Assembly.Location);
        start.ArgumentList.Add(folder);
        return new KilledWriter(Process.Start(start)!);
    }

    /// <summary>A content that tells how long it must be.</summary>
    public static string Content(int seed)
    {
        var length = 200_000 + (seed * 7919 % 300_000);
        return length.ToString(CultureInfo.InvariantCulture) + ":" + new string((char)('a' + (seed % 26)), length);
    }

    public static bool IsWhole(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && int.Parse(text.AsSpan(0, colon), CultureInfo.InvariantCulture) == text.Length - colon - 1 && text[colon + 1] == text[^1];
    }

    public async Task WaitForWritesAsync(int writes)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var i = 0; i < writes; i++)
        {
            if (await _process.StandardOutput.ReadLineAsync(deadline.Token) is null)
                throw new InvalidOperationException($"The writer ended with {_process.ExitCode} after {i} writes.");
        }
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
