using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>What <see cref="AllowedImageRoots"/> allows. Nothing by default.</summary>
public sealed record AllowedImageRootsOptions
{
    /// <summary>
    /// Containers, or folders of containers, that any job may read images from, as addresses (<see cref="BlobAddress"/>). The one that jobs are
    /// stored in belongs here too.
    /// </summary>
    public IReadOnlyList<string> Containers { get; init; } = [];

    /// <summary>Whether a job may name a folder of the machine that reads its images. Default false.</summary>
    public bool AllowFolders { get; init; }

    /// <summary>How reads are repeated of images that are named by their URL in a container.</summary>
    public StoreRetryOptions Retry { get; init; } = new();

    /// <summary>Images from web servers. Default: none.</summary>
    public HttpsImageOptions Https { get; init; } = new();
}
