using System.Net;
using System.Net.Sockets;
using Azure.Core;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

[Collection(AzuriteFixture.Name)]
public sealed class BlobStoresTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly AzureBlobStoreOptions Hasty = AzuriteFixture.Small with
    {
        Retry = new StoreRetryOptions { Retries = 1, Delay = TimeSpan.FromMilliseconds(1) },
        NetworkTimeout = TimeSpan.FromSeconds(5),
    };

    [Theory]
    [InlineData("nonsense")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=me;AccountKey=secret-key-not-base64;EndpointSuffix=core.windows.net")]
    [InlineData("DefaultEndpointsProtocol=https;AccountKey=c2VjcmV0LWtleQ==;EndpointSuffix=core.windows.net")]
    [InlineData("BlobEndpoint=not a url secret-key;AccountName=me;AccountKey=c2VjcmV0LWtleQ==")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=me;AccountName=me;AccountKey=c2VjcmV0LWtleQ==")]
    public async Task A_malformed_connection_string_is_said_without_repeating_it(string text)
    {
        var exception = await Assert.ThrowsAsync<FormatException>(() => OpenAsync(text, "azure:jobs"));
        Assert.Contains(BlobStoresOptions.ConnectionStringVariable, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_connection_string_the_variable_is_named()
    {
        var exception = await Assert.ThrowsAsync<FormatException>(() => OpenAsync(null, "azure:jobs"));
        Assert.Contains(BlobStoresOptions.ConnectionStringVariable, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_container_is_not_made_but_said_with_the_command_that_makes_it()
    {
        var address = $"azure:absent-{Guid.NewGuid():N}";
        var exception = await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => OpenAsync(azurite.ConnectionString, address));
        Assert.Contains($"az storage container create --name {address[6..]} --account-name devstoreaccount1", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => Stores(azurite.ConnectionString).OpenReadOnlyAsync(BlobAddress.Parse(address), None));
        Assert.False(await new BlobServiceClient(azurite.ConnectionString).GetBlobContainerClient(address[6..]).ExistsAsync());
    }

    [Fact]
    public async Task A_container_that_goes_later_is_an_error_and_never_an_absent_blob()
    {
        var container = await azurite.NewContainerAsync();
        var store = await OpenAsync(azurite.ConnectionString, $"azure:{container}");
        await new BlobServiceClient(azurite.ConnectionString).DeleteBlobContainerAsync(container);
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => store.GetPropertiesAsync("x", None));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => store.ReadAsync("x", 10, None));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => store.OpenReadAsync("x", 0, null, None));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => store.PutAsync("x", "y", BlobWriteCondition.CreateOnly));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => store.DeleteAsync("x", None));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => store.NamesAsync());
    }

    [Fact]
    public async Task A_wrong_key_is_said_without_repeating_it()
    {
        var wrong = Convert.ToBase64String("another account's secret"u8);
        var text = $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={wrong};BlobEndpoint=http://127.0.0.1:{azurite.Port}/devstoreaccount1;";
        var address = $"azure:{await azurite.NewContainerAsync()}";
        var exception = await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => OpenAsync(text, address));
        Assert.Contains("(403 ", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_that_only_reads_opens_for_reading_and_is_named_for_writing()
    {
        var container = await azurite.NewContainerAsync();
        var store = await OpenAsync(azurite.ConnectionString, $"azure:{container}");
        await store.PutAsync("x", "text");
        var signed = SignedForReading(out var signature);
        var reading = await Stores(signed).OpenReadOnlyAsync(BlobAddress.Parse($"azure:{container}"), None);
        Assert.Equal("text", await reading.GetAsync("x"));
        Assert.DoesNotContain("sig", reading.Location, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => reading.PutAsync("x", "y"));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => reading.BeginUploadAsync("x", None));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => reading.DeleteAsync("x", None));
        var exception = await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => OpenAsync(signed, $"azure:{container}"));
        Assert.Contains("No permission", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Storage Blob Data Contributor", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(signature, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_cannot_be_reached_is_named()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        foreach (var host in new[] { $"127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}", "no-such-host.invalid:80" })
        {
            var text = $"AccountName=me;AccountKey=c2VjcmV0LWtleQ==;BlobEndpoint=http://{host}/me;";
            var exception = await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => OpenAsync(text, "azure:jobs"));
            Assert.Contains($"'{host}' cannot be reached", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("c2VjcmV0", exception.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true, "az login")]
    [InlineData(false, "Signing in")]
    public async Task An_identity_that_is_missing_or_refused_is_said(bool missing, string words)
    {
        var stores = new BlobStores(new BlobStoresOptions { Credential = new NoIdentity(missing), Azure = Hasty });
        var exception = await Assert.ThrowsAsync<BlobStoreUnavailableException>(
            () => stores.OpenAsync(BlobAddress.Parse("https://account.blob.core.windows.net/jobs"), None));
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        Assert.Contains("https://account.blob.core.windows.net/jobs", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_address_is_a_folder()
    {
        using var folder = new TemporaryFolder();
        var address = BlobAddress.Parse(Path.Combine(folder.Path, "made"));
        await (await Stores(null).OpenAsync(address, None)).PutAsync("x", "text");
        Assert.Equal("text", await (await Stores(null).OpenReadOnlyAsync(address, None)).GetAsync("x"));
    }

    [Fact]
    public void Options_print_no_secret() =>
        Assert.DoesNotContain("Key", new BlobStoresOptions { ConnectionString = azurite.ConnectionString }.ToString(), StringComparison.Ordinal);

    private static BlobStores Stores(string? connectionString) =>
        new(new BlobStoresOptions { ConnectionString = connectionString, Azure = Hasty });

    private static Task<IBlobStore> OpenAsync(string? connectionString, string address) =>
        Stores(connectionString).OpenAsync(BlobAddress.Parse(address), None);

    private string SignedForReading(out string signature)
    {
        var parts = azurite.ConnectionString.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        var sas = new AccountSasBuilder(
            AccountSasPermissions.Read | AccountSasPermissions.List,
            TimeProvider.System.GetUtcNow().AddHours(1),
            AccountSasServices.Blobs,
            AccountSasResourceTypes.All);
        var query = sas.ToSasQueryParameters(new StorageSharedKeyCredential(parts["AccountName"], parts["AccountKey"]));
        signature = query.Signature;
        return $"BlobEndpoint={parts["BlobEndpoint"]};SharedAccessSignature={query}";
    }

    private sealed class NoIdentity(bool missing) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw (missing ? new CredentialUnavailableException("none here") : new AuthenticationFailedException("refused"));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
