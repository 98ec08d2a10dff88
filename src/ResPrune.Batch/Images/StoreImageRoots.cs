using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>
/// Image roots that are folders of the batches' own store: <c>store:batches/ID/images</c>. What a fleet reads from, because its silos share
/// nothing else, and because no job may name a folder of the machine that happens to work on it.
/// </summary>
public sealed class StoreImageRoots(IBlobStore store) : IImageRoots
{
    private const string Scheme = "store:";

    /// <summary>The location of a folder of the store.</summary>
    /// <param name="folder">Name of the folder, '/'-separated, without '/' at its ends; empty for the whole store.</param>
    public static string LocationOf(string folder) => Scheme + folder;

    /// <inheritdoc/>
    public IBlobStore Open(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (!location.StartsWith(Scheme, StringComparison.Ordinal))
            throw new BlobStoreUnavailableException(location, $"Images are not read from '{location}': only from the store of the batch.");
        var folder = location[Scheme.Length..];
        return folder.Length == 0 ? store : new StoreFolder(store, folder);
    }
}
