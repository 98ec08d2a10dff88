using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>Image roots in allowed containers, and URLs of allowed containers and hosts: what a fleet reads its images by.</summary>
public sealed class AllowedImageRoots : IImageRoots, IDisposable
{
    private readonly BlobStores _stores;
    private readonly bool _allowFolders;
    private readonly IReadOnlyList<AzureBlobStore> _containers;
    private readonly HttpsImageSource? _https;

    /// <summary>Reads the options; nothing is reached yet.</summary>
    /// <param name="options">What is allowed.</param>
    /// <param name="stores">Opens the containers.</param>
    /// <param name="time">Clock of the time limits.</param>
    /// <exception cref="FormatException">An address or a host is none; the message names it.</exception>
    public AllowedImageRoots(AllowedImageRootsOptions options, BlobStores stores, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(stores);
        _stores = stores;
        _allowFolders = options.AllowFolders;
        _containers = [.. options.Containers.Select(Container)];
        _https = options.Https.AllowedHosts.Count == 0 ? null : new HttpsImageSource(options.Https, time);
        Urls = new ImageUrls([.. _containers.Select(container => new RepeatedImages(new StoreImages(container, uploaded: false), options.Retry, time))], _https);
    }

    /// <inheritdoc/>
    public IImageUrls? Urls { get; }

    /// <inheritdoc/>
    public async Task<IImagePlace> OpenAsync(string location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        var address = Parse(location);
        if (!address.IsContainer)
        {
            return _allowFolders
                ? LocalImages.Open(address.Folder, [])
                : throw NotAllowed(location, "folders of this machine are not read");
        }

        var wanted = _stores.Connect(address, writable: false).Location;
        if (!_containers.Any(allowed => wanted == allowed.Location || wanted.StartsWith(allowed.Location + "/", StringComparison.Ordinal)))
            throw NotAllowed(wanted, "it is in none of the allowed containers");
        return new StoreImages(await _stores.OpenReadOnlyAsync(address, cancellationToken).ConfigureAwait(false), uploaded: false);
    }

    /// <inheritdoc/>
    public void Dispose() => _https?.Dispose();

    private AzureBlobStore Container(string text)
    {
        var address = BlobAddress.Parse(text);
        return address.IsContainer
            ? _stores.Connect(address, writable: false)
            : throw new FormatException($"'{text}' is no container; folders are allowed by {nameof(AllowedImageRootsOptions.AllowFolders)}.");
    }

    private static BlobAddress Parse(string location)
    {
        try
        {
            return BlobAddress.Parse(location);
        }
        catch (FormatException exception)
        {
            throw new BlobStoreUnavailableException(location, $"The image root is no address of a store: {exception.Message}", exception);
        }
    }

    private BlobStoreUnavailableException NotAllowed(string location, string why) => new(
        location,
        $"Images of '{location}' are not allowed here: {why}. Allowed: {string.Join(", ", _containers.Select(allowed => $"'{allowed.Location}'"))}.");
}
