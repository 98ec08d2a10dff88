using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

/// <summary>A folder of a store is a store, and sees nothing beside itself.</summary>
public sealed class StoreFolderTests : BlobStoreConformance, IAsyncLifetime
{
    private readonly InMemoryBlobStore _whole = new();

    protected override IBlobStore Store => new StoreFolder(_whole, "teams/red/");

    [Fact]
    public async Task No_name_leads_out_of_it()
    {
        await Assert.ThrowsAsync<BlobNameException>(() => Store.GetPropertiesAsync("../re", CancellationToken.None));
        await Assert.ThrowsAsync<BlobNameException>(() => Store.GetPropertiesAsync("/teams/re", CancellationToken.None));
    }

    [Fact]
    public async Task A_name_that_is_too_long_only_behind_the_folder_is_a_name_of_nothing()
    {
        var name = new string('n', BlobName.MaxLength);
        Assert.Null(await Store.GetPropertiesAsync(name, CancellationToken.None));
        Assert.Null(await Store.ReadAsync(name, 10, CancellationToken.None));
        Assert.Null(await Store.OpenReadAsync(name, 0, null, CancellationToken.None));
    }

    public async Task InitializeAsync()
    {
        foreach (var name in new[] { "teams", "teams/re", "teams/redder/x", "teams/red-x/y", "zebra" }) await _whole.PutAsync(name, name);
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
