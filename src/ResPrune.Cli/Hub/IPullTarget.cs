namespace ResPrune.Cli.Hub;

/// <summary>Where a pulled model is put.</summary>
internal interface IPullTarget
{
    /// <summary>The folder that holds the model in the end.</summary>
    string Folder { get; }

    /// <summary>The lock of one file.</summary>
    string LockOf(HubFile file);

    /// <summary>Where a file is while it is not whole; in the same file system as its place.</summary>
    string PartOf(HubFile file);

    /// <summary>Whether a file is there, or could be put there without fetching it.</summary>
    Task<bool> HasAsync(HubFile file, CancellationToken cancellationToken);

    /// <summary>Puts a whole and checked part in its place, at once.</summary>
    void Publish(HubFile file);

    /// <summary>All files are there.</summary>
    void Complete();
}
