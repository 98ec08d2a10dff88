using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>
/// Image roots that are folders of the batches' own store: <c>store:batches/ID/images</c>. What a fleet reads uploaded pictures by, because its
/// silos share nothing else; every other location is left to <paramref name="others"/>.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="others">What else is allowed, URLs included.</param>
public sealed class StoreImageRoots(IBlobStore store, IImageRoots others) : IImageRoots
{
    private const string Scheme = "store:";

    /// <inheritdoc/>
    public IImageUrls? Urls => others.Urls;

    /// <summary>The location of a folder of the store.</summary>
    /// <param name="folder">Name of the folder, '/'-separated, without '/' at its ends; empty for the whole store.</param>
    public static string LocationOf(string folder) => Scheme + folder;

    /// <inheritdoc/>
    public Task<IImagePlace> OpenAsync(string location, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (!location.StartsWith(Scheme, StringComparison.Ordinal)) return others.OpenAsync(location, cancellationToken);
        var folder = location[Scheme.Length..];
        return Task.FromResult<IImagePlace>(new StoreImages(folder.Length == 0 ? store : new StoreFolder(store, folder)));
    }
}
