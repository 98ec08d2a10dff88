using Microsoft.Extensions.Configuration;
using ResPrune.Batch.Images;
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
            return await Stores().OpenAsync(place, cancellationToken);
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

    /// <summary>
    /// Where jobs may take images from: what was uploaded with them, the store's own container, and what section <c>Images</c> of the
    /// settings allows.
    /// </summary>
    /// <exception cref="FleetStartException">The section names no container or host where it should.</exception>
    internal static IImageRoots ImagesOf(IBlobStore store, FleetSiloSetup setup)
    {
        try
        {
            var allowed = new AllowedImageRootsOptions();
            setup.Configuration.GetSection($"{FleetConfiguration.Section}:Images").Bind(allowed);
            if (BlobAddress.Parse(setup.Fleet.Store).IsContainer) allowed = allowed with { Containers = [.. allowed.Containers, setup.Fleet.Store] };
            return new StoreImageRoots(store, new AllowedImageRoots(allowed, Stores(), TimeProvider.System));
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException)
        {
            throw new FleetStartException($"Section {FleetConfiguration.Section}:Images of the settings cannot be used: {exception.Message}", exception);
        }
    }

    private static BlobStores Stores() => new(BlobStoresOptions.FromEnvironment());
}
