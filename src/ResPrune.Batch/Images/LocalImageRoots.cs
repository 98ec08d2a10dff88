using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>Image roots that are folders of this machine; no URLs.</summary>
public sealed class LocalImageRoots : IImageRoots
{
    /// <inheritdoc/>
    public IImageUrls? Urls => null;

    /// <inheritdoc/>
    public Task<IBlobStore> OpenAsync(string location, CancellationToken cancellationToken) =>
        Task.FromResult<IBlobStore>(LocalFolderBlobStore.OpenReadOnly(location));
}
