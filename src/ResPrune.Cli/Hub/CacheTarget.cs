namespace ResPrune.Cli.Hub;

/// <summary>Puts a model into the cache.</summary>
internal sealed class CacheTarget(HubCache cache, HubRepository repository, HubRevision revision, string commit) : IPullTarget
{
    private readonly string _blobs = Path.Combine(cache.FolderOf(repository), "blobs");

    /// <inheritdoc/>
    public string Folder { get; } = cache.SnapshotOf(repository, commit);

    /// <inheritdoc/>
    public string LockOf(HubFile file) => Path.Combine(cache.Directory, ".locks", repository.FolderName, $"{file.Hash}.lock");

    /// <inheritdoc/>
    public string PartOf(HubFile file) => $"{BlobOf(file)}.incomplete";

    /// <inheritdoc/>
    public Task<bool> HasAsync(HubFile file, CancellationToken cancellationToken)
    {
        if (!IsWhole(BlobOf(file), file)) return Task.FromResult(IsWhole(PointerOf(file), file));
        Link(file);
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public void Publish(HubFile file)
    {
        File.Move(PartOf(file), BlobOf(file), overwrite: true);
        Link(file);
    }

    /// <inheritdoc/>
    public void Complete()
    {
        cache.Note(repository, revision, commit);
        CacheTag.Write(cache.Directory);
    }

    private static bool IsWhole(string path, HubFile file)
    {
        try
        {
            // Opened, because the length of a link is its own. Shared in every way, because that takes no lock.
            using var opened = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            return RandomAccess.GetLength(opened) == file.Size;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private string BlobOf(HubFile file) => Path.Combine(_blobs, file.Hash.Hex);

    private string PointerOf(HubFile file) => Path.Combine(Folder, file.Name);

    private void Link(HubFile file)
    {
        var pointer = PointerOf(file);
        var target = Path.GetRelativePath(Folder, BlobOf(file));
        if (new FileInfo(pointer).LinkTarget == target) return;
        Directory.CreateDirectory(Folder);
        // Renamed into place: another process may be reading the folder, or making the same link.
        var part = $"{pointer}.{Guid.NewGuid():N}.tmp";
        File.CreateSymbolicLink(part, target);
        File.Move(part, pointer, overwrite: true);
    }
}
