namespace ResPrune.Batch.Storage;

/// <summary>A mounted file system, as the kernel's mount table describes it.</summary>
/// <param name="Point">The folder it is mounted at.</param>
/// <param name="Type">Its kind: ext4, nfs4, cifs, fuse.sshfs, …</param>
/// <param name="Source">The device, the server's export, or the program that serves it.</param>
/// <param name="Options">Its mount options, those of the mount point and those of the file system.</param>
internal sealed record MountedFileSystem(string Point, string Type, string Source, IReadOnlyList<string> Options)
{
    /// <summary>The mount table of this process.</summary>
    public const string TablePath = "/proc/self/mountinfo";

    // Programs that serve a remote store through FUSE and do not pass locks on.
    private static readonly HashSet<string> ProgramsWithoutLocks =
        ["blobfuse", "blobfuse2", "gcsfuse", "goofys", "mountpoint-s3", "rclone", "s3fs", "sshfs"];

    /// <summary>Finds the file system that a folder is in; null when the table does not say.</summary>
    /// <param name="folder">An absolute path without symbolic links.</param>
    /// <param name="table">The lines of the mount table (proc_pid_mountinfo(5)).</param>
    public static MountedFileSystem? Of(string folder, IEnumerable<string> table)
    {
        MountedFileSystem? found = null;
        foreach (var line in table)
        {
            // Of two on one point the later hides the earlier.
            if (Parse(line) is { } mount && mount.Holds(folder) && mount.Point.Length >= (found?.Point.Length ?? 0)) found = mount;
        }

        return found;
    }

    /// <summary>What keeps locks from reaching the other machines that mount the same files, and what to mount instead; null when nothing is known.</summary>
    public (string Cause, string Remedy)? LocksStayLocal()
    {
        switch (Type)
        {
            case "nfs" or "nfs4":
                return Find("nolock", "local_lock=all", "local_lock=flock") is { } nfs
                    ? ($"it is mounted with '{nfs}'", "mount it without nolock and with local_lock=none")
                    : null;
            case "cifs" or "smb3":
                return Find("nobrl") is { } smb ? ($"it is mounted with '{smb}'", "mount it without nobrl and nolock") : null;
            case "lustre":
                return Find("localflock") is { } lustre ? ($"it is mounted with '{lustre}'", "mount it with flock") : null;
            default:
                var program = Type.StartsWith("fuse.", StringComparison.Ordinal) ? Type["fuse.".Length..] : Type == "fuse" ? Source : "";
                return ProgramsWithoutLocks.Contains(program) ? ($"{program} does not pass locks on", "mount it by NFS 4.1") : null;
        }
    }

    private static MountedFileSystem? Parse(string line)
    {
        // id parent device root POINT OPTIONS [tags …] - TYPE SOURCE OPTIONS
        var fields = line.Split(' ');
        var dash = fields.Length > 6 ? Array.IndexOf(fields, "-", 6) : -1;
        if (dash < 0 || fields.Length < dash + 4) return null;
        return new MountedFileSystem(
            Unescape(fields[4]), Unescape(fields[dash + 1]), Unescape(fields[dash + 2]), [.. fields[5].Split(','), .. fields[dash + 3].Split(',')]);
    }

    // The kernel writes space, tab, line end and backslash as a backslash with three octal digits.
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal)) return field;
        var text = new System.Text.StringBuilder(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            var escaped = field[i] == '\\' && i + 3 < field.Length && field.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0;
            text.Append(escaped ? (char)Convert.ToInt32(field.Substring(i + 1, 3), 8) : field[i]);
            if (escaped) i += 3;
        }

        return text.ToString();
    }

    private bool Holds(string folder) =>
        Point == "/" || folder == Point || (folder.StartsWith(Point, StringComparison.Ordinal) && folder[Point.Length] == '/');

    private string? Find(params ReadOnlySpan<string> options)
    {
        foreach (var option in options)
        {
            if (Options.Contains(option)) return option;
        }

        return null;
    }
}
