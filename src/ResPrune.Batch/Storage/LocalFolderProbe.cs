using Microsoft.Win32.SafeHandles;

namespace ResPrune.Batch.Storage;

/// <summary>
/// Tries in a store's folder whether its file system does what the store relies on: a name is created once, a lock has one holder, a replaced
/// file is read as replaced. One machine can see no more than that; what is known to fail between machines is told by the mount table.
/// </summary>
/// <param name="folder">The folder; its <see cref="LocalFolder.Temporary"/> exists.</param>
/// <param name="calls">The calls of the system.</param>
internal sealed class LocalFolderProbe(LocalFolder folder, ProbedCalls calls)
{
    /// <summary>How the names of the probe's files begin.</summary>
    public const string FilePrefix = "probe-";

    /// <summary>The age at which a file of the probe was left by a process that was killed.</summary>
    public static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);

    // No lock to be had (ENOLCK): what NFS answers where the server's lock service is missing, which no other try changes.
    private const int NoLocks = 37;
    private readonly string _path = $"{folder.Temporary}/{FilePrefix}{Guid.NewGuid():N}";

    /// <summary>Runs the probe and removes its files.</summary>
    /// <exception cref="BlobStoreUnavailableException">The file system cannot hold a store.</exception>
    /// <exception cref="IOException">The disk is full or broken, or its server away.</exception>
    public void Run()
    {
        var mount = FindMount();
        if (mount?.LocksStayLocal() is { } known)
            throw Refusal(mount, $"its locks do not reach other machines ({known.Cause})", $", or {known.Remedy}");
        var remedy = mount?.Type switch
        {
            "nfs" or "nfs4" => ", or mount it by NFS 4.1 with local_lock=none",
            "cifs" or "smb3" => ", or mount it by SMB 3 without nobrl and with cache=strict",
            _ => "",
        };
        try
        {
            Check("create-only writes do not work", CreateOnlyFault);
            Check("locks do not work", LockFault);
            Check("replacing files does not work", ReplaceFault);
        }
        finally
        {
            foreach (var suffix in (ReadOnlySpan<string>)["-first", "-second", "-target", "-lock"]) File.Delete(_path + suffix);
        }

        void Check(string what, Func<string?> step)
        {
            if (Fault(step) is { } fault) throw Refusal(mount, $"{what} ({fault})", remedy);
        }
    }

    private static string? Fault(Func<string?> step)
    {
        try
        {
            return step();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full disk or a server that is away tells nothing about the file system.
            if (LocalFolderFaults.MayPass(exception) && exception.HResult != NoLocks) throw;
            return exception.Message.TrimEnd('.');
        }
    }

    private string? CreateOnlyFault()
    {
        File.WriteAllText(_path + "-first", "1");
        File.WriteAllText(_path + "-second", "2");
        var target = _path + "-target";
        var error = calls.TryLink(_path + "-first", target);
        // The store creates by lock and rename there, which the other steps try.
        if (ErrorNumber.MeansNoHardLinks(error)) return null;
        if (error != 0) throw Posix.Error("link", target, error);
        error = calls.TryLink(_path + "-second", target);
        return error switch
        {
            0 => "link created a name that existed",
            ErrorNumber.Exists => File.ReadAllText(target) == "1" ? null : "link refused a name that existed and changed it",
            _ => throw Posix.Error("link", target, error),
        };
    }

    private string? LockFault()
    {
        var path = _path + "-lock";
        using var first = Posix.OpenLockFile(path);
        using var second = Posix.OpenLockFile(path);
        if (!calls.TryLock(first, path)) return "flock refused a lock that nobody held";
        return calls.TryLock(second, path) ? "flock gave one lock to two holders" : null;
    }

    private string? ReplaceFault()
    {
        var target = _path + "-target";
        File.WriteAllText(target, "before");
        // Read once before, so that a cache that is not renewed shows.
        if (File.ReadAllText(target) != "before") return "a written file was read back with other content";
        File.WriteAllText(_path + "-second", "after");
        calls.Replace(_path + "-second", target);
        return File.ReadAllText(target) == "after" ? null : "after rename the file was read back as it was before";
    }

    private MountedFileSystem? FindMount()
    {
        try
        {
            return MountedFileSystem.Of(folder.Root, calls.MountTable());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without /proc the steps alone decide; a refusal then names the kind as unknown.
            return null;
        }
    }

    private BlobStoreUnavailableException Refusal(MountedFileSystem? mount, string fault, string remedy)
    {
        var kind = mount is null ? "unknown" : $"{mount.Type}, mounted at '{mount.Point}'";
        return new BlobStoreUnavailableException(
            folder.Root,
            $"The folder '{folder.Root}' (file system: {kind}) cannot hold a store: {fault}. "
            + $"Use a folder on a local disk or a container of Azure Blob Storage{remedy}.");
    }
}

/// <summary>The calls whose behaviour the probe tries. Tests give those of a file system that misbehaves.</summary>
internal sealed record ProbedCalls
{
    /// <summary>Gives an existing file a second name: 0, or the error number.</summary>
    public Func<string, string, int> TryLink { get; init; } = Posix.TryLink;

    /// <summary>Takes the exclusive lock of an open file; false when another holds it.</summary>
    public Func<SafeFileHandle, string, bool> TryLock { get; init; } = Posix.TryLock;

    /// <summary>Moves a file onto a name.</summary>
    public Action<string, string> Replace { get; init; } = Posix.Replace;

    /// <summary>The lines of the mount table.</summary>
    public Func<IEnumerable<string>> MountTable { get; init; } = static () => File.ReadLines(MountedFileSystem.TablePath);
}
