using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

/// <summary>A folder of a store is a store, and sees nothing beside itself.</summary>
public sealed class StoreFolderTests : BlobStoreConformance, IAsyncLifetime
{
    private readonly InMemoryBlobStore _whole = new();

    protected override IBlobStore Store => new StoreFolder(_whole, "teams/red/");

    public async Task InitializeAsync()
    {
        foreach (var name in new[] { "teams", "teams/re", "teams/redder/x", "teams/red-x/y", "zebra" }) await _whole.PutAsync(name, name);
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
