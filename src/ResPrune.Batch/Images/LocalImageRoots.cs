using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>Image roots that are folders of this machine.</summary>
public sealed class LocalImageRoots : IImageRoots
{
    /// <inheritdoc/>
    public IBlobStore Open(string location) => LocalFolderBlobStore.OpenReadOnly(location);
}
