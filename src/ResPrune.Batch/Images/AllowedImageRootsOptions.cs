namespace ResPrune.Batch.Images;

/// <summary>What <see cref="AllowedImageRoots"/> allows. Nothing by default.</summary>
public sealed record AllowedImageRootsOptions
{
    /// <summary>
    /// Containers, or folders of containers, that any job may read images from, as addresses (<see cref="Storage.BlobAddress"/>). The one that jobs are
    /// stored in belongs here too.
    /// </summary>
    public IReadOnlyList<string> Containers { get; init; } = [];

    /// <summary>Whether a job may name a folder of the machine that reads its images. Default false.</summary>
    public bool AllowFolders { get; init; }

    /// <summary>Images from web servers. Default: none.</summary>
    public HttpsImageOptions Https { get; init; } = new();
}
