namespace ResPrune.Batch.Storage;

/// <summary>Paths of a folder store, and the rule that none of them leaves the root, symbolic links included.</summary>
internal sealed class LocalFolder
{
    private readonly string _prefix;

    public LocalFolder(string root)
    {
        Root = Posix.RealPath(root, out var error) ?? throw Posix.Error("realpath", root, error);
        _prefix = Root.EndsWith('/') ? Root : Root + "/";
    }

    /// <summary>The folder, without symbolic links.</summary>
    public string Root { get; }

    /// <summary>The store's own bookkeeping.</summary>
    public string Reserved => _prefix + BlobName.ReservedSegment;

    /// <summary>Where half-written blobs are.</summary>
    public string Temporary => Reserved + "/tmp";

    /// <summary>The path a canonical name stands for.</summary>
    public string PathOf(string canonical) => _prefix + canonical;

    /// <summary>The name of a path under the root.</summary>
    public string NameOf(string path) => path[_prefix.Length..];

    /// <summary>The real path of an existing file; null when there is none.</summary>
    /// <exception cref="BlobOutsideRootException">A symbolic link leads out of the root, or into the store's bookkeeping.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder on the way may not be searched.</exception>
    public string? FindFile(string canonical)
    {
        var path = PathOf(canonical);
        var real = Posix.RealPath(path, out var error);
        if (real is null)
        {
            return error switch
            {
                ErrorNumber.NoEntry or ErrorNumber.NotFolder or ErrorNumber.NameTooLong or ErrorNumber.TooManySymbolicLinks => null,
                ErrorNumber.Access => throw new UnauthorizedAccessException($"'{path}' may not be read (permission denied)."),
                _ => throw Posix.Error("realpath", path, error),
            };
        }

        CheckInside(canonical, real);
        return Directory.Exists(real) ? null : real;
    }

    /// <summary>Makes the folder that a blob will lie in, durably, and returns it.</summary>
    /// <exception cref="BlobOutsideRootException">A symbolic link on the way leads out of the root.</exception>
    public string MakeFolderFor(string canonical)
    {
        var slash = canonical.LastIndexOf('/');
        if (slash < 0) return Root;
        var folder = PathOf(canonical[..slash]);
        MakeFolder(folder);
        var real = Posix.RealPath(folder, out var error) ?? throw Posix.Error("realpath", folder, error);
        CheckInside(canonical, real);
        return real;
    }

    /// <summary>Makes a folder and the missing ones above it, each synced into its parent.</summary>
    public static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder)) return;
        var parent = Path.GetDirectoryName(folder) ?? throw new IOException($"'{folder}' has no parent folder.");
        MakeFolder(parent);
        Directory.CreateDirectory(folder);
        Posix.SyncFolder(parent);
    }

    private void CheckInside(string name, string real)
    {
        var inside = real == Root || real.StartsWith(_prefix, StringComparison.Ordinal);
        var reserved = real == Reserved || real.StartsWith(Reserved + "/", StringComparison.Ordinal);
        if (!inside || reserved) throw new BlobOutsideRootException(name, Root);
    }
}
