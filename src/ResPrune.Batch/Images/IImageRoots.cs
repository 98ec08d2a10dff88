using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>The places that jobs may take their images from.</summary>
public interface IImageRoots
{
    /// <summary>Images named by URL; null when none are fetched.</summary>
    IImageUrls? Urls { get; }

    /// <summary>Opens <see cref="Batches.BatchSpec.ImageRoot"/> for reading.</summary>
    /// <exception cref="BlobStoreUnavailableException">There is no such place, or it is not allowed.</exception>
    Task<IImagePlace> OpenAsync(string location, CancellationToken cancellationToken);
}
