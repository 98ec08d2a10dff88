namespace ResPrune.Cli.Hub;

/// <summary>
/// The cache that Python's <c>huggingface_hub</c> keeps too: <c>models--ORG--NAME/{blobs,refs,snapshots}</c>, a snapshot being symbolic
/// links to blobs that are named after their hashes. Layout: <c>huggingface_hub/file_download.py</c>.
/// </summary>
internal sealed class HubCache(string directory)
{
    /// <summary>The folder of all repositories.</summary>
    public string Directory => directory;

    /// <summary>The folder of one.</summary>
    public string FolderOf(HubRepository repository) => Path.Combine(directory, repository.FolderName);

    /// <summary>The folder of a commit's files, which need not be there.</summary>
    public string SnapshotOf(HubRepository repository, string commit) => Path.Combine(FolderOf(repository), "snapshots", commit);

    /// <summary>The snapshot that a revision stood for when it was last pulled; null when it was not, or not with a model in it.</summary>
    public string? Find(HubRepository repository, HubRevision revision)
    {
        var reference = RefOf(repository, revision);
        var commit = File.Exists(reference) ? File.ReadAllText(reference).Trim() : revision.IsCommit ? revision.Text : null;
        if (!HubRevision.IsCommitId(commit)) return null;
        var snapshot = SnapshotOf(repository, commit!);
        return File.Exists(Path.Combine(snapshot, "config.json")) ? snapshot : null;
    }

    /// <summary>Notes which commit a revision stands for.</summary>
    public void Note(HubRepository repository, HubRevision revision, string commit)
    {
        if (revision.Text == commit) return;
        var path = RefOf(repository, revision);
        if (File.Exists(path) && File.ReadAllText(path) == commit) return;
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Renamed into place: Python reads it without a lock.
        var part = $"{path}.{Guid.NewGuid():N}.tmp";
        File.WriteAllText(part, commit);
        File.Move(part, path, overwrite: true);
    }

    private string RefOf(HubRepository repository, HubRevision revision) => Path.Combine(FolderOf(repository), "refs", revision.Text);
}
