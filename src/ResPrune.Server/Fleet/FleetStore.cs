using ResPrune.Batch.Storage;

namespace ResPrune.Server.Fleet;

/// <summary>Opens the store of a fleet, which must be there: a mistyped name must not become a second, empty fleet.</summary>
public static class FleetStore
{
    /// <summary>Opens the store for reading and writing.</summary>
    /// <param name="address">A folder, <c>https://ACCOUNT.blob.core.windows.net/CONTAINER</c>, or <c>azure:CONTAINER</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FleetStartException">It is not there or cannot be used.</exception>
    public static async Task<IBlobStore> OpenAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            var place = BlobAddress.Parse(address);
            if (!place.IsContainer && !Directory.Exists(place.Folder))
                throw new FleetStartException($"The store '{address}' is not there: make the folder, or correct --store.");
            return await new BlobStores(BlobStoresOptions.FromEnvironment()).OpenAsync(place, cancellationToken);
        }
        catch (FormatException exception)
        {
            throw new FleetStartException($"--store cannot be used: {exception.Message}", exception);
        }
        catch (BlobStoreUnavailableException exception)
        {
            throw new FleetStartException($"The store cannot be used: {exception.Message}", exception);
        }
    }
}
