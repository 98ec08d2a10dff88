using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ResPrune.Batch.Storage;

/// <summary>The few calls of libc that .NET has no equal for: what a crash-safe folder store is made of.</summary>
internal static partial class Posix
{
    private const int ReadOnly = 0x0;
    private const int ReadWrite = 0x2;
    private const int Create = 0x40;
    private const int NonBlocking = 0x800;
    private const int Directory = 0x10000;
    private const int CloseOnExec = 0x80000;
    private const int ReadableByAll = 0b110_100_100;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;

    /// <summary>Gives <paramref name="existing"/> a second name, which must not exist. 0, or the error number.</summary>
    public static int TryLink(string existing, string name) => Link(existing, name) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Moves a file onto a name, replacing what is there in one step.</summary>
    public static void Replace(string from, string to)
    {
        if (Rename(from, to) != 0) throw Error("rename", to, Marshal.GetLastPInvokeError());
    }

    /// <summary>The absolute path without any symbolic link; null, and the error number, when it cannot be had.</summary>
    public static string? RealPath(string path, out int error)
    {
        var pointer = RealPath(path, 0);
        error = pointer == 0 ? Marshal.GetLastPInvokeError() : 0;
        if (pointer == 0) return null;
        try
        {
            return Marshal.PtrToStringUTF8(pointer);
        }
        finally
        {
            Free(pointer);
        }
    }

    /// <summary>Opens a file for reading without ever waiting for the other end of a pipe.</summary>
    public static SafeFileHandle OpenRead(string path) => Opened(path, ReadOnly | NonBlocking | CloseOnExec);

    /// <summary>Opens or makes a lock file. File.OpenHandle would take a lock of its own, and fail where this is to wait.</summary>
    public static SafeFileHandle OpenLockFile(string path) => Opened(path, ReadWrite | Create | CloseOnExec);

    /// <summary>Makes the names in a folder durable.</summary>
    public static void SyncFolder(string path)
    {
        using var handle = Opened(path, ReadOnly | Directory | CloseOnExec);
        if (Sync(handle) != 0) throw Error("fsync", path, Marshal.GetLastPInvokeError());
    }

    /// <summary>Takes the exclusive advisory lock of an open file, which ends with the handle or the process; false when another holds it.</summary>
    public static bool TryLock(SafeFileHandle handle, string path)
    {
        if (FileLock(handle, LockExclusive | LockNonBlocking) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        return error is ErrorNumber.WouldBlock or ErrorNumber.Interrupted ? false : throw Error("flock", path, error);
    }

    /// <summary>The exception of a failed call.</summary>
    public static IOException Error(string call, string path, int error) =>
        new($"{call} of '{path}' failed: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).", error);

    private static SafeFileHandle Opened(string path, int flags)
    {
        var descriptor = Open(path, flags, ReadableByAll);
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        var error = Marshal.GetLastPInvokeError();
        throw error switch
        {
            ErrorNumber.NoEntry => new FileNotFoundException($"'{path}' is gone.", path),
            ErrorNumber.Access => new UnauthorizedAccessException($"'{path}' may not be read (permission denied)."),
            _ => Error("open", path, error),
        };
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPath(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void Free(nint pointer);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FileLock(SafeFileHandle handle, int operation);
}
