using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>Opens the places that jobs take their images from.</summary>
public interface IImageRoots
{
    /// <summary>Opens <see cref="Batches.BatchSpec.ImageRoot"/> for reading.</summary>
    /// <exception cref="BlobStoreUnavailableException">There is no such place, or it is not allowed.</exception>
    IBlobStore Open(string location);
}
