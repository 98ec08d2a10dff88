using System.Text;
using ResPrune.Batch.Images;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Images;

[Collection(AzuriteFixture.Name)]
public sealed class AllowedImageRootsTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private string _jobs = "";
    private string _pictures = "";
    private string _private = "";

    private string Account => $"http://127.0.0.1:{azurite.Port}/devstoreaccount1";

    private BlobStores Stores => new(new BlobStoresOptions { ConnectionString = azurite.ConnectionString });

    public async Task InitializeAsync()
    {
        _jobs = await azurite.NewContainerAsync();
        _pictures = await azurite.NewContainerAsync();
        _private = await azurite.NewContainerAsync();
        foreach (var (container, name) in new[] { (_jobs, "job/a.png"), (_pictures, "open/b ü.png"), (_pictures, "opener/c.png"), (_private, "d.png") })
            await (await Stores.OpenAsync(BlobAddress.Parse($"azure:{container}"), None)).PutAsync(name, name);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Images_come_from_the_jobs_container_and_from_allowed_folders_of_others()
    {
        using var roots = Roots($"azure:{_jobs}", $"azure:{_pictures}/open");
        Assert.Equal("job/a.png", await TextAsync(roots, $"azure:{_jobs}", "job/a.png"));
        Assert.Equal("job/a.png", await TextAsync(roots, $"azure:{_jobs}/job", "a.png"));
        Assert.Equal("open/b ü.png", await TextAsync(roots, $"azure:{_pictures}/open", "b ü.png"));
        Assert.Equal("open/b ü.png", await TextAsync(roots, $"azure:{_jobs}", $"{Account}/{_pictures}/open/b%20%C3%BC.png"));
        Assert.Equal("open/b ü.png", await TextAsync(roots, null, $"{Account}/{_pictures}/open/x/../b ü.png"));
    }

    /// <summary>An upload stores names of this length under their hash; what users put into a container themselves has its own name.</summary>
    [Fact]
    public async Task A_long_name_in_a_users_container_is_its_own()
    {
        var name = $"open/{new string('n', 300)}/{new string('m', 500)}.png";
        await (await Stores.OpenAsync(BlobAddress.Parse($"azure:{_pictures}"), None)).PutAsync(name, name);
        using var roots = Roots($"azure:{_pictures}");
        Assert.Equal(name, await TextAsync(roots, $"azure:{_pictures}", name));
        Assert.Equal(name, await TextAsync(roots, null, $"{Account}/{_pictures}/{name}"));
    }

    [Fact]
    public async Task A_root_outside_the_allowed_containers_is_refused_by_name()
    {
        using var roots = Roots($"azure:{_jobs}", $"azure:{_pictures}/open");
        foreach (var root in new[] { $"azure:{_private}", $"azure:{_pictures}", $"azure:{_pictures}/opener", "/etc", "https://evil.example/jobs", "s3://x/y" })
        {
            var exception = await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => roots.OpenAsync(root, None));
            Assert.NotEmpty(exception.Message);
        }
    }

    [Fact]
    public async Task A_folder_of_the_machine_is_a_root_only_where_folders_are_allowed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.png", "bytes");
        using var roots = new AllowedImageRoots(new AllowedImageRootsOptions { AllowFolders = true }, Stores, TimeProvider.System);
        Assert.Equal("bytes", await TextAsync(roots, folder.Path, "a.png"));
    }

    [Theory]
    [InlineData("{account}/{private}/d.png", RowErrorCode.UrlNotAllowed)]
    [InlineData("{account}/{pictures}/opener/c.png", RowErrorCode.UrlNotAllowed)]
    [InlineData("{account}/{pictures}/open/../opener/c.png", RowErrorCode.UrlNotAllowed)]
    [InlineData("{account}/{pictures}/open/%2e%2e/opener/c.png", RowErrorCode.UrlNotAllowed)]
    [InlineData("{account}/{pictures}/open/..%2fopener/c.png", RowErrorCode.ImageNotFound)]
    [InlineData("{account}/{pictures}/open/..%5copener/c.png", RowErrorCode.ImageNotFound)]
    [InlineData("{account}/{pictures}/open/b%20%C3%BC.png?sv=1&sig=x", RowErrorCode.UrlNotAllowed)]
    [InlineData("{account}/{pictures}/open/absent.png", RowErrorCode.ImageNotFound)]
    [InlineData("https://pictures.example/a.png", RowErrorCode.UrlNotAllowed)]
    [InlineData("http://169.254.169.254/latest", RowErrorCode.UrlNotAllowed)]
    [InlineData("https://", RowErrorCode.UrlNotAllowed)]
    public async Task A_url_of_anything_else_is_an_error_row(string url, RowErrorCode code)
    {
        using var roots = Roots($"azure:{_jobs}", $"azure:{_pictures}/open");
        var fetcher = new ImageFetcher(null, roots.Urls, new ImageFetcherOptions());
        url = url.Replace("{account}", Account, StringComparison.Ordinal).Replace("{private}", _private, StringComparison.Ordinal).Replace("{pictures}", _pictures, StringComparison.Ordinal);
        var failure = Assert.IsType<ImageFetchFailure>(await fetcher.FetchAsync(url, None));
        Assert.True(code == failure.Code, failure.Message);
    }

    [Fact]
    public async Task An_allowed_host_is_asked_and_its_address_checked()
    {
        var options = new AllowedImageRootsOptions { Https = new HttpsImageOptions { AllowedHosts = ["localhost", "169.254.169.254"] } };
        using var roots = new AllowedImageRoots(options, Stores, TimeProvider.System);
        var fetcher = new ImageFetcher(null, roots.Urls, new ImageFetcherOptions());
        foreach (var url in new[] { "https://localhost/a.png", "https://169.254.169.254/latest/meta-data" })
        {
            var failure = Assert.IsType<ImageFetchFailure>(await fetcher.FetchAsync(url, None));
            Assert.Equal(RowErrorCode.UrlNotAllowed, failure.Code);
            Assert.Contains("not an address of the public internet", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_allowed_container_that_is_a_folder_is_refused() =>
        Assert.Contains("'/data'", Assert.Throws<FormatException>(() => Roots("/data")).Message, StringComparison.Ordinal);

    private AllowedImageRoots Roots(params string[] containers) =>
        new(new AllowedImageRootsOptions { Containers = containers }, Stores, TimeProvider.System);

    private static async Task<string> TextAsync(AllowedImageRoots roots, string? root, string reference)
    {
        var images = root is null ? null : await roots.OpenAsync(root, None);
        var outcome = await new ImageFetcher(images, roots.Urls, new ImageFetcherOptions()).FetchAsync(reference, None);
        return outcome is FetchedImage image ? Encoding.UTF8.GetString(image.Bytes.Span) : throw new InvalidOperationException(outcome.ToString());
    }
}
