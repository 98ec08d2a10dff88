using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>Reads an image that is a blob of a store.</summary>
internal static class BlobImage
{
    /// <summary>Reads a blob by its canonical name; what is wrong with it is an outcome.</summary>
    /// <exception cref="IOException">The store itself cannot be read; another attempt may succeed.</exception>
    public static async Task<ImageFetchOutcome> ReadAsync(
        IBlobStore store, string name, string shown, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            var content = await store.ReadAsync(name, maxBytes, cancellationToken).ConfigureAwait(false);
            return content is null
                ? new ImageFetchFailure(RowErrorCode.ImageNotFound, $"There is no image '{shown}' in '{store.Location}'.")
                : ImageFetchOutcome.Of(content.Bytes, $"'{shown}'");
        }
        catch (BlobTooLargeException exception)
        {
            return new ImageFetchFailure(RowErrorCode.ImageTooLarge, exception.Message);
        }
        catch (BlobOutsideRootException exception)
        {
            return new ImageFetchFailure(RowErrorCode.ImageOutsideInput, exception.Message);
        }
        catch (UnauthorizedAccessException exception)
        {
            return new ImageFetchFailure(RowErrorCode.ImageNotFound, exception.Message);
        }
        catch (BlobNameException exception)
        {
            return new ImageFetchFailure(RowErrorCode.ImageNotFound, exception.Message);
        }
    }
}
