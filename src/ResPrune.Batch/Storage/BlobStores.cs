using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage.Blobs;
using ResPrune.Batch.Http;

namespace ResPrune.Batch.Storage;

/// <summary>Opens stores by their address (<see cref="BlobAddress"/>): folders, and containers of Azure Blob Storage.</summary>
/// <param name="options">Connection string, identity, limits.</param>
public sealed class BlobStores(BlobStoresOptions options)
{
    // One for all, as the SDK's own is, with its settings; what it does not have is OneTry.
    private static readonly HttpClientTransport Transport = new(new HttpClient(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectCallback = OneTry.ConnectAsync,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    });

    private readonly Lazy<TokenCredential> _identity = new(() => options.Credential ?? Identity());

    /// <summary>Opens a store for reading and writing, and tries whether it can be written. A folder is made where it is missing, a container never.</summary>
    /// <exception cref="FormatException">The address, or the connection string, cannot be read.</exception>
    /// <exception cref="BlobStoreUnavailableException">It is missing, may not be used or cannot be reached; the message says what to do.</exception>
    public Task<IBlobStore> OpenAsync(BlobAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsContainer
            ? OpenContainerAsync(address, writable: true, cancellationToken)
            : Task.FromResult<IBlobStore>(LocalFolderBlobStore.OpenOrCreate(address.Folder));
    }

    /// <summary>Opens a store for reading only; nothing is written to it.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    public Task<IBlobStore> OpenReadOnlyAsync(BlobAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsContainer
            ? OpenContainerAsync(address, writable: false, cancellationToken)
            : Task.FromResult<IBlobStore>(LocalFolderBlobStore.OpenReadOnly(address.Folder));
    }

    private async Task<IBlobStore> OpenContainerAsync(BlobAddress address, bool writable, CancellationToken cancellationToken)
    {
        var store = Connect(address, writable);
        try
        {
            await store.ProbeAsync(cancellationToken).ConfigureAwait(false);
            return store;
        }
        catch (IOException exception) when (exception is not BlobStoreUnavailableException)
        {
            throw new BlobStoreUnavailableException(store.Location, exception.Message, exception) { IsPermanent = false };
        }
    }

    /// <summary>The store of a container, without asking whether it is there.</summary>
    internal AzureBlobStore Connect(BlobAddress address, bool writable)
    {
        var service = address.Service is { } url
            ? new BlobServiceClient(url, _identity.Value, ClientOptions())
            : FromConnectionString();
        return new AzureBlobStore(service.GetBlobContainerClient(address.Container), ServiceOf(service), address.Prefix, options.Azure, writable);
    }

    // A sign-in that fails is repeated with the request it is for.
    private static DefaultAzureCredential Identity()
    {
        var identity = new DefaultAzureCredentialOptions();
        identity.Retry.MaxRetries = 0;
        return new DefaultAzureCredential(identity);
    }

    // The client's own URI carries the signature where the connection string has one.
    private static Uri ServiceOf(BlobServiceClient service) => new(service.Uri.GetLeftPart(UriPartial.Path));

    private BlobServiceClient FromConnectionString()
    {
        if (options.ConnectionString is null)
            throw new FormatException(
                $"An address azure:CONTAINER needs a connection string: set {BlobStoresOptions.ConnectionStringVariable} (or "
                + $"{BlobStoresOptions.AzureConnectionStringVariable}), or give the container's URL to use this process's identity.");
        try
        {
            return new BlobServiceClient(options.ConnectionString, ClientOptions());
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            // Not as the inner exception: its message may repeat a part of the secret.
            throw new FormatException(
                $"The connection string in {BlobStoresOptions.ConnectionStringVariable} or {BlobStoresOptions.AzureConnectionStringVariable} cannot be read. It looks "
                + "like 'DefaultEndpointsProtocol=https;AccountName=NAME;AccountKey=KEY;EndpointSuffix=core.windows.net'; copy it again from "
                + "'az storage account show-connection-string'.");
        }
    }

    private BlobClientOptions ClientOptions()
    {
        var azure = options.Azure;
        var client = new BlobClientOptions();
        // Repeated by StoreRetry, and only there.
        client.Retry.MaxRetries = 0;
        client.Retry.NetworkTimeout = azure.NetworkTimeout;
        client.Transport = Transport;
        client.AddPolicy(new AzureBodies(), HttpPipelinePosition.PerRetry);
        client.Diagnostics.ApplicationId = "ResPrune";
        return client;
    }
}
