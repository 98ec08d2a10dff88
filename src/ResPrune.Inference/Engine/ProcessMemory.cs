using System.Globalization;
using System.Runtime.InteropServices;

namespace ResPrune.Inference.Engine;

/// <summary>What the kernel says about this process's memory.</summary>
public static partial class ProcessMemory
{
    /// <summary>
    /// Most bytes of memory the process has had at a time since it started (<c>VmHWM</c>), mapped files included as far as they were looked at;
    /// 0 where the kernel does not say.
    /// </summary>
    public static long PeakResidentBytes()
    {
        const string Field = "VmHWM:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(Field.Length).Trim().TrimEnd("kB ").Trim(), NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>
    /// Gives what torch has freed back to the kernel: glibc keeps it for the next tensors, 64 MiB a thread and more, although those may be of other
    /// sizes. For rare moments, since what is used again costs its page faults again. Nothing where the C library is another.
    /// </summary>
    internal static void ReleaseFreed()
    {
        if (!NativeLibrary.TryLoad("libc.so.6", out var libc) || !NativeLibrary.TryGetExport(libc, "malloc_trim", out _)) return;
        _ = TrimHeap(0);
    }

    /// <summary>Gives what the managed heap does not need back to the kernel. For moments when a request would fail otherwise.</summary>
    internal static void ReleaseGarbage()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        ReleaseFreed();
    }

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nuint keep);
}
