namespace ResPrune.Batch.Images;

/// <summary>Image roots that are folders of this machine; no URLs.</summary>
/// <param name="allowed">Folders that images may be read from beside the one a job names; null (default) means none.</param>
public sealed class LocalImageRoots(IReadOnlyList<string>? allowed = null) : IImageRoots
{
    /// <inheritdoc/>
    public IImageUrls? Urls => null;

    /// <inheritdoc/>
    public Task<IImagePlace> OpenAsync(string location, CancellationToken cancellationToken) =>
        Task.FromResult<IImagePlace>(LocalImages.Open(location, allowed ?? []));
}
