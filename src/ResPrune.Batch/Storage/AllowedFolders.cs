using System.Text;

namespace ResPrune.Batch.Storage;

/// <summary>Folders that files may be read from, compared by their real paths: no symbolic link leads out of them.</summary>
internal sealed class AllowedFolders
{
    /// <summary>What a person does about a file outside, as the end of a sentence.</summary>
    public const string HowToAllow = "add --image-root FOLDER to allow the folder it is in";

    private readonly IReadOnlyList<byte[]> _folders;
    private readonly IReadOnlyList<byte[]> _written;

    private AllowedFolders(IReadOnlyList<byte[]> folders, IReadOnlyList<byte[]> written)
    {
        _folders = folders;
        _written = written;
    }

    /// <summary>The first of them without symbolic links.</summary>
    public byte[] First => _folders[0];

    /// <summary>Reads the real paths.</summary>
    /// <exception cref="BlobStoreUnavailableException">One is no folder.</exception>
    public static AllowedFolders Of(IReadOnlyList<string> folders) => new(
        [.. folders.Select(RealPath)], [.. folders.Select(folder => Encoding.UTF8.GetBytes(Path.GetFullPath(folder)))]);

    /// <summary>Whether a real path is one of the folders or lies in one.</summary>
    public bool Contains(ReadOnlySpan<byte> real) => IsIn(real, _folders);

    /// <summary>Whether a path to nothing, which has no real path, is written as one in the folders.</summary>
    public bool WouldContain(string path)
    {
        var bytes = Encoding.UTF8.GetBytes(Path.GetFullPath(path));
        return IsIn(bytes, _folders) || IsIn(bytes, _written);
    }

    private static bool IsIn(ReadOnlySpan<byte> path, IReadOnlyList<byte[]> folders)
    {
        foreach (var folder in folders)
        {
            if (!path.StartsWith(folder)) continue;
            if (path.Length == folder.Length || folder is [(byte)'/'] || path[folder.Length] == '/') return true;
        }

        return false;
    }

    private static byte[] RealPath(string folder)
    {
        using var handle = Posix.Find(Encoding.UTF8.GetBytes(Path.GetFullPath(folder)), out _);
        return handle is not null && Posix.Look(handle).Kind == FileKind.Folder
            ? Posix.RealPath(handle)
            : throw new BlobStoreUnavailableException(folder, $"There is no folder '{folder}'.");
    }
}
