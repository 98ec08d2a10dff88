using ResPrune.Batch.Images;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Images;

public sealed class UploadedNamesTests
{
    private static readonly string[] Odd =
    [
        "a.png", "back\\slash.png", "back/slash.png", "new\nline.png", "a#b%41.png", "trailing. /x.png", "trailing/x.png", "x.png ", "x.png", "x.png.",
        "data:x.png", "https:__h.png", "caf%{E9}.png", "/abs/x.png", "abs/x.png", "../up.png", "file:///abs/x.png", "\\\\server\\share.png", "tab\t.png",
        string.Join('/', Enumerable.Repeat(new string('p', 60), 10)) + "/long.png", string.Join('/', Enumerable.Repeat(new string('p', 60), 16)) + "/a.png",
        string.Join('/', Enumerable.Repeat(new string('p', 60), 16)) + "/b.png", new string('\\', 250) + ".png", ".resprune-store/x.png",
    ];

    [Fact]
    public void Every_reference_has_a_blob_of_its_own_that_any_store_takes()
    {
        var names = Odd.Select(reference => UploadedNames.Of(reference)!).ToList();
        Assert.Equal(Odd.Length, names.Distinct().Count());
        Assert.All(names, name =>
        {
            Assert.Equal(name, BlobName.Canonicalise(name));
            Assert.InRange(name.Length, 1, 700);
            Assert.All(name.Split('/'), segment => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(segment), 1, 255));
            Assert.DoesNotContain(name.Split('/'), segment => segment.EndsWith('.') || segment.EndsWith(' '));
        });
    }

    [Fact]
    public void A_plain_name_is_its_own_blob()
    {
        Assert.Equal("a/b ü#%.png", UploadedNames.Of("./a//b ü#%.png"));
        Assert.True(UploadedNames.IsItself("./a/b.png"));
        Assert.All(new[] { "a\\b.png", "/a.png", "file:a.png", "caf%{E9}.png", "../a.png", "", "a. /b" }, name => Assert.False(UploadedNames.IsItself(name)));
        Assert.Null(UploadedNames.Of(""));
        Assert.Null(UploadedNames.Of("./"));
    }

    [Fact]
    public async Task What_was_stored_under_the_name_is_read_by_the_reference()
    {
        using var folder = new TemporaryFolder();
        var store = LocalFolderBlobStore.OpenOrCreate(folder.Path);
        foreach (var reference in Odd) await store.PutAsync(UploadedNames.Of(reference)!, reference);
        var fetcher = new ImageFetcher(new StoreImages(store), urls: null, new ImageFetcherOptions());
        foreach (var reference in Odd.Where(ImageFetcher.IsFile))
        {
            var image = Assert.IsType<FetchedImage>(await fetcher.FetchAsync(reference, CancellationToken.None));
            Assert.Equal(reference, System.Text.Encoding.UTF8.GetString(image.Bytes.Span));
        }
    }

    [Theory]
    [InlineData("../up.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("/abs/x.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("file:///abs/x.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("absent.png", RowErrorCode.ImageNotFound)]
    public async Task What_was_not_uploaded_says_why(string reference, RowErrorCode code)
    {
        var fetcher = new ImageFetcher(new StoreImages(new InMemoryBlobStore()), urls: null, new ImageFetcherOptions());
        var failure = Assert.IsType<ImageFetchFailure>(await fetcher.FetchAsync(reference, CancellationToken.None));
        Assert.Equal((code, code == RowErrorCode.ImageOutsideInput), (failure.Code, failure.Message.Contains("--image-root", StringComparison.Ordinal)));
    }
}
