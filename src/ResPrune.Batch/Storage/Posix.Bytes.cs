using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ResPrune.Batch.Storage;

/// <summary>Calls that take and give paths as bytes: a Linux file name need not be UTF-8, and .NET's own names lose what is not.</summary>
internal static partial class Posix
{
    private const int CurrentFolder = -100;
    private const int PathOnly = 0x200000;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicFacts = 0x7ff;
    private const int PathBytes = 4096;

    /// <summary>What a path is; null, and the error number, when that cannot be had.</summary>
    /// <param name="path">The path, without a null byte at its end.</param>
    /// <param name="followLink">Whether a symbolic link at the end of the path stands for what it leads to.</param>
    /// <param name="error">The error number, 0 when there is none.</param>
    public static FileFacts? Look(ReadOnlySpan<byte> path, bool followLink, out int error)
    {
        Span<byte> facts = stackalloc byte[256];
        Span<byte> terminated = stackalloc byte[path.Length < PathBytes ? path.Length + 1 : 1];
        if (path.Length >= PathBytes)
        {
            error = ErrorNumber.NameTooLong;
            return null;
        }

        path.CopyTo(terminated);
        terminated[path.Length] = 0;
        var result = StatX(CurrentFolder, ref MemoryMarshal.GetReference(terminated), followLink ? 0 : NoFollow, BasicFacts, ref MemoryMarshal.GetReference(facts));
        error = result == 0 ? 0 : Marshal.GetLastPInvokeError();
        return result == 0 ? Facts(facts) : null;
    }

    /// <summary>What an open file is.</summary>
    public static FileFacts Look(SafeFileHandle handle)
    {
        Span<byte> facts = stackalloc byte[256];
        byte nothing = 0;
        var taken = false;
        try
        {
            handle.DangerousAddRef(ref taken);
            var result = StatX((int)handle.DangerousGetHandle(), ref nothing, EmptyPath, BasicFacts, ref MemoryMarshal.GetReference(facts));
            return result == 0 ? Facts(facts) : throw Error("statx", "an open file", Marshal.GetLastPInvokeError());
        }
        finally
        {
            if (taken) handle.DangerousRelease();
        }
    }

    /// <summary>Finds a path without opening what it leads to: no pipe waits, no device notices. Null, and the error number, when there is none.</summary>
    public static SafeFileHandle? Find(ReadOnlySpan<byte> path, out int error)
    {
        var descriptor = path.Length >= PathBytes ? -1 : Open(Terminated(path), PathOnly | CloseOnExec, 0);
        error = descriptor >= 0 ? 0 : path.Length >= PathBytes ? ErrorNumber.NameTooLong : Marshal.GetLastPInvokeError();
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Opens for reading exactly the file that <see cref="Find"/> found, whatever has happened to its path since; null, and the error number.</summary>
    public static SafeFileHandle? Reopen(SafeFileHandle found, out int error)
    {
        var descriptor = Open(Terminated(Encoding.ASCII.GetBytes(DescriptorPath(found))), ReadOnly | NonBlocking | CloseOnExec, 0);
        error = descriptor >= 0 ? 0 : Marshal.GetLastPInvokeError();
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>The path of an open file without any symbolic link, as bytes.</summary>
    public static byte[] RealPath(SafeFileHandle handle)
    {
        var path = new byte[2 * PathBytes];
        var length = ReadLink(Terminated(Encoding.ASCII.GetBytes(DescriptorPath(handle))), ref path[0], path.Length);
        return length >= 0 ? path[..(int)length] : throw Error("readlink", DescriptorPath(handle), Marshal.GetLastPInvokeError());
    }

    /// <summary>The names in a folder with what they are (<see cref="FileKind.Unknown"/> where the file system does not say), unsorted.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="entries">Where they are added.</param>
    /// <returns>0, or the error number.</returns>
    public static int ListFolder(ReadOnlySpan<byte> path, List<(byte[] Name, FileKind Kind)> entries)
    {
        var folder = OpenFolder(Terminated(path));
        if (folder == 0) return Marshal.GetLastPInvokeError();
        try
        {
            while (true)
            {
                var entry = ReadFolder(folder);
                if (entry == 0) return Marshal.GetLastPInvokeError();
                // struct dirent of every 64-bit Linux: inode 8, position 8, length 2, kind 1, name.
                var name = NameAt(entry + 19);
                if (name is not ([(byte)'.'] or [(byte)'.', (byte)'.'])) entries.Add((name, Kind(Marshal.ReadByte(entry, 18))));
            }
        }
        finally
        {
            _ = CloseFolder(folder);
        }
    }

    private static FileKind Kind(int type) => type switch
    {
        4 => FileKind.Folder,
        8 => FileKind.File,
        10 => FileKind.Link,
        0 => FileKind.Unknown,
        _ => FileKind.Special,
    };

    private static FileFacts Facts(ReadOnlySpan<byte> statx)
    {
        var type = BinaryPrimitives.ReadUInt16LittleEndian(statx[28..]) >> 12;
        return new FileFacts(
            Kind(type),
            BinaryPrimitives.ReadInt64LittleEndian(statx[40..]),
            new FileIdentity(BinaryPrimitives.ReadUInt64LittleEndian(statx[136..]), BinaryPrimitives.ReadUInt64LittleEndian(statx[32..])),
            Nanoseconds(statx[112..]),
            Nanoseconds(statx[96..]));
    }

    private static long Nanoseconds(ReadOnlySpan<byte> time) => unchecked(
        (BinaryPrimitives.ReadInt64LittleEndian(time) * 1_000_000_000L) + BinaryPrimitives.ReadUInt32LittleEndian(time[8..]));

    private static string DescriptorPath(SafeFileHandle handle) => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    private static byte[] Terminated(ReadOnlySpan<byte> path) => [.. path, 0];

    private static byte[] NameAt(nint place)
    {
        var length = 0;
        while (Marshal.ReadByte(place, length) != 0) length++;
        var name = new byte[length];
        Marshal.Copy(place, name, 0, length);
        return name;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatX(int folder, ref byte path, int flags, uint mask, ref byte facts);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int Open(byte[] path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true)]
    private static partial nint ReadLink(byte[] path, ref byte buffer, nint size);

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true)]
    private static partial nint OpenFolder(byte[] path);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    private static partial nint ReadFolder(nint folder);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseFolder(nint folder);
}

/// <summary>What a path leads to.</summary>
internal enum FileKind
{
    /// <summary>The file system does not say.</summary>
    Unknown,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A pipe, a socket or a device.</summary>
    Special,
}

/// <summary>Tells files of one machine apart, whatever they are called.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode);

/// <summary>What is known of a file without reading it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Identity">Which file it is.</param>
/// <param name="Modified">When its bytes were last changed, in nanoseconds.</param>
/// <param name="Changed">When its bytes, name, owner or rights were last changed, in nanoseconds; no program can set it.</param>
internal readonly record struct FileFacts(FileKind Kind, long Length, FileIdentity Identity, long Modified, long Changed);
