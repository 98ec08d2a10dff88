using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

[Collection(AzuriteFixture.Name)]
public sealed class AzureBlobStoreTests(AzuriteFixture azurite) : BlobStoreConformance, IAsyncLifetime
{
    private IBlobStore? _store;

    protected override IBlobStore Store => _store!;

    public async Task InitializeAsync() => _store = await azurite.NewStoreAsync();

    public Task DisposeAsync() => Task.CompletedTask;
}
