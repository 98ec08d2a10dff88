using Azure.Storage.Blobs;
using ResPrune.Azurite;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

/// <summary>One Azurite for all tests that need one, and containers of their own in it.</summary>
[CollectionDefinition(Name)]
public sealed class AzuriteFixture : IAsyncLifetime, ICollectionFixture<AzuriteFixture>
{
    public const string Name = "Azurite";
    private AzuriteServer? _server;

    /// <summary>Small, so that tests have many blocks and many pages.</summary>
    public static AzureBlobStoreOptions Small { get; } = new() { BlockBytes = 64 << 10, PageSize = 7 };

    public string ConnectionString => _server!.ConnectionString;

    public int Port => _server!.Port;

    public async Task InitializeAsync() => _server = await AzuriteServer.StartNewAsync();

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    /// <summary>A proxy before the server; the caller disposes it.</summary>
    internal FaultyProxy NewProxy() => new(Port);

    /// <summary>Makes an empty container; its name.</summary>
    public async Task<string> NewContainerAsync()
    {
        var name = $"test-{Guid.NewGuid():N}";
        await new BlobServiceClient(ConnectionString).CreateBlobContainerAsync(name);
        return name;
    }

    /// <summary>Opens a store in a new container.</summary>
    public async Task<IBlobStore> NewStoreAsync(string folder = "", AzureBlobStoreOptions? options = null)
    {
        var stores = new BlobStores(new BlobStoresOptions { ConnectionString = ConnectionString, Azure = options ?? Small });
        return await stores.OpenAsync(BlobAddress.Parse($"azure:{await NewContainerAsync()}/{folder}"), CancellationToken.None);
    }
}
