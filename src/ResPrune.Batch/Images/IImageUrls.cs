namespace ResPrune.Batch.Images;

/// <summary>Fetches images that lines name by URL, as far as this machine's operator allows it.</summary>
public interface IImageUrls
{
    /// <summary>Fetches one image. What is wrong with the URL, the host or the image is an outcome, never an exception.</summary>
    /// <param name="url">The reference as the line has it.</param>
    /// <param name="maxBytes">Most bytes of the image.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">An allowed container cannot be read; another attempt may succeed.</exception>
    Task<ImageFetchOutcome> FetchAsync(string url, int maxBytes, CancellationToken cancellationToken);
}
