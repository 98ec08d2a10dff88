using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>Images by URL: of an allowed container, read with this process's identity, or of an allowed web server.</summary>
internal sealed class ImageUrls(IReadOnlyList<RepeatedImages> containers, HttpsImageSource? https) : IImageUrls
{
    /// <inheritdoc/>
    public async Task<ImageFetchOutcome> FetchAsync(string url, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(url);
        var shown = ImageFetchOutcome.Show(url);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed))
            return new ImageFetchFailure(RowErrorCode.UrlNotAllowed, $"'{shown}' cannot be read as a URL.");
        // The parser has taken '..' and '.' out of the path by now, encoded ones too.
        var place = $"{parsed.Scheme}://{parsed.Authority}{Uri.UnescapeDataString(parsed.AbsolutePath)}";
        var container = containers.FirstOrDefault(container => place.StartsWith(container.Location + "/", StringComparison.Ordinal));
        if (container is not null) return await FromContainerAsync(container, parsed, place, shown, maxBytes, cancellationToken).ConfigureAwait(false);
        return https is null
            ? new ImageFetchFailure(RowErrorCode.UrlNotAllowed, $"'{shown}' is not fetched: no host is allowed here, and it is in no allowed container.")
            : await https.FetchAsync(parsed, maxBytes, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<ImageFetchOutcome> FromContainerAsync(
        RepeatedImages container, Uri url, string place, string shown, int maxBytes, CancellationToken cancellationToken)
    {
        if (url.Query.Length > 0 || url.Fragment.Length > 0)
            return new ImageFetchFailure(RowErrorCode.UrlNotAllowed, $"'{shown}' is in an allowed container and is read without a query; remove it.");
        return BlobName.TryCanonicalise(place[(container.Location.Length + 1)..], out var name, out var reason)
            ? await container.ReadAsync(name, shown, maxBytes, cancellationToken).ConfigureAwait(false)
            : new ImageFetchFailure(RowErrorCode.ImageNotFound, $"'{shown}' is not read: {reason}.");
    }
}
