using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

/// <summary>A folder of a container is a store like the whole of one, and sees nothing beside itself.</summary>
[Collection(AzuriteFixture.Name)]
public sealed class AzureFolderBlobStoreTests(AzuriteFixture azurite) : BlobStoreConformance, IAsyncLifetime
{
    private IBlobStore? _store;

    protected override IBlobStore Store => _store!;

    public async Task InitializeAsync()
    {
        var container = await azurite.NewContainerAsync();
        var stores = new BlobStores(new BlobStoresOptions { ConnectionString = azurite.ConnectionString, Azure = AzuriteFixture.Small });
        var whole = await stores.OpenAsync(BlobAddress.Parse($"azure:{container}"), CancellationToken.None);
        foreach (var name in new[] { "teams", "teams/re", "teams/redder/x", "teams/red-x/y", "zebra" }) await whole.PutAsync(name, name);
        _store = await stores.OpenAsync(BlobAddress.Parse($"azure:{container}/teams/red/"), CancellationToken.None);
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
