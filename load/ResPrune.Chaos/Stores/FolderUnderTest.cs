using System.Diagnostics;
using ResPrune.Batch.Storage;
using ResPrune.Chaos.Faults;

namespace ResPrune.Chaos.Stores;

/// <summary>A folder on a small disk of its own, which can be filled.</summary>
internal sealed class FolderUnderTest : StoreUnderTest
{
    private const string Size = "64m";
    private readonly string _disk;
    private readonly LocalFolderBlobStore _store;

    private FolderUnderTest(string disk)
    {
        _disk = disk;
        Address = Directory.CreateDirectory(Path.Combine(disk, "store")).FullName;
        _store = LocalFolderBlobStore.OpenOrCreate(Address);
    }

    public override string Address { get; }

    public override IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    public override IBlobStore Direct => _store;

    public override IReadOnlyList<string> ClosedImageRoots { get; } = [ForeignContainer, "/etc"];

    /// <summary>Makes one; this process must be in a mount namespace of its own, as <c>load/chaos.sh</c> starts it.</summary>
    public static FolderUnderTest Create(string disk)
    {
        Directory.CreateDirectory(disk);
        Run("mount", "-t", "tmpfs", "-o", $"size={Size}", "resprune-chaos", disk);
        return new FolderUnderTest(disk);
    }

    public override async Task HurtAsync(Fault fault)
    {
        if (fault.Kind != FaultKind.DiskFull) throw new InvalidOperationException($"{fault.Kind} cannot happen to a folder.");
        var ballast = Path.Combine(_disk, "ballast");
        try
        {
            Fill(ballast);
            await Task.Delay(fault.Length);
        }
        finally
        {
            File.Delete(ballast);
        }
    }

    public override IReadOnlyList<string> Complaints() => [];

    public override ValueTask DisposeAsync()
    {
        Run("umount", "--lazy", _disk);
        return ValueTask.CompletedTask;
    }

    private static void Fill(string path)
    {
        var block = new byte[1 << 16];
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        // To the last byte: first in large steps, then in small ones.
        foreach (var step in (int[])[block.Length, 4096, 1])
        {
            try
            {
                while (true) file.Write(block, 0, step);
            }
            catch (IOException)
            {
                // Full for steps of this size.
            }
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException(
            $"{program} {string.Join(' ', arguments)} exited {process.ExitCode}. Start this program by 'bash load/chaos.sh'.");
    }
}
