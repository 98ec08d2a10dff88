using System.Security.Cryptography;
using ResPrune.Batch.Images;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Images;

public sealed class ImageFetcherTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ImageFetcher _fetcher;

    public ImageFetcherTests()
    {
        _folder.Write("pictures/a.png", "bytes");
        _folder.Write("empty.png", "");
        _folder.Write("large.png", new byte[101]);
        _folder.Write("just-fits.png", new byte[100]);
        _fetcher = new ImageFetcher(LocalImages.Open(_folder.Path, []), urls: null, new ImageFetcherOptions { MaxBytes = 100 });
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pictures/a.png")]
    [InlineData("./pictures//a.png")]
    [InlineData("pictures/../pictures/a.png")]
    [InlineData("pictures\\a.png")]
    [InlineData(".\\pictures\\a.png")]
    [InlineData("file:pictures/a.png")]
    [InlineData("{folder}/pictures/a.png")]
    [InlineData("file://{folder}/pictures/a.png")]
    [InlineData("FILE://localhost{folder}/pictures/%61.png")]
    [InlineData("{folder}\\pictures\\a.png")]
    [InlineData("data:image/png;base64,Ynl0ZXM=")]
    [InlineData("DATA:;BASE64,Ynl0ZXM=")]
    [InlineData("data:;base64,Ynl0ZXM")]
    [InlineData("data:image/png;base64,Ynl0ZXM%3D")]
    [InlineData("data:image/png;base64, Yn l0\r\nZXM=%0A")]
    [InlineData("data:image/png;charset=utf-8;base64,Ynl0ZXN=")]
    [InlineData("data:image/png;base64;name=a.png,Ynl0ZXM=")]
    public async Task Good_references_give_bytes_and_their_digest(string reference)
    {
        var image = Assert.IsType<FetchedImage>(await _fetcher.FetchAsync(Here(reference), CancellationToken.None));
        Assert.Equal("bytes"u8.ToArray(), image.Bytes.ToArray());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("bytes"u8)), image.Digest);
    }

    [Theory]
    [InlineData("pictures/b.png", RowErrorCode.ImageNotFound)]
    [InlineData("pictures", RowErrorCode.ImageNotFound)]
    [InlineData("pictures/a.png/x", RowErrorCode.ImageNotFound)]
    [InlineData("", RowErrorCode.ImageNotFound)]
    [InlineData("new\nline.png", RowErrorCode.ImageNotFound)]
    [InlineData("../a.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("pictures/../../a.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("/etc/passwd", RowErrorCode.ImageOutsideInput)]
    [InlineData("..\\a.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("C:\\a.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("http://169.254.169.254/latest", RowErrorCode.UrlNotAllowed)]
    [InlineData("https://example.org/a.png", RowErrorCode.UrlNotAllowed)]
    [InlineData("HTTPS:example.org", RowErrorCode.UrlNotAllowed)]
    [InlineData("C:/a.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("\\\\server\\share\\a.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("/etc/no-such.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("file:///etc/passwd", RowErrorCode.ImageOutsideInput)]
    [InlineData("file://{folder}/../a.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("file:///%2e%2e/etc/passwd", RowErrorCode.ImageOutsideInput)]
    [InlineData("file://server/a.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("file:a.png", RowErrorCode.ImageNotFound)]
    [InlineData("{folder}/b.png", RowErrorCode.ImageNotFound)]
    [InlineData("{folder}-2/a.png", RowErrorCode.ImageOutsideInput)]
    [InlineData("a\0.png", RowErrorCode.ImageNotFound)]
    [InlineData("s3://bucket/a.png", RowErrorCode.UrlNotAllowed)]
    [InlineData("empty.png", RowErrorCode.ImageUndecodable)]
    [InlineData("large.png", RowErrorCode.ImageTooLarge)]
    [InlineData("data:image/png;base64,", RowErrorCode.ImageUndecodable)]
    [InlineData("data:image/png;base64,@@@", RowErrorCode.ImageUndecodable)]
    [InlineData("data:image/png,abc", RowErrorCode.ImageUndecodable)]
    [InlineData("data:image/png;base64", RowErrorCode.ImageUndecodable)]
    public async Task Bad_references_are_failures_with_a_reason(string reference, RowErrorCode code)
    {
        var failure = Assert.IsType<ImageFetchFailure>(await _fetcher.FetchAsync(Here(reference), CancellationToken.None));
        Assert.Equal(code, failure.Code);
        Assert.Equal(code == RowErrorCode.ImageOutsideInput && !FileReference.IsWindowsPath(reference), failure.Message.Contains("--image-root", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("data:;base64,-_-_")]
    [InlineData("data:;base64,+/+/")]
    [InlineData("data:;base64,%2B%2f%2b%2F")]
    public async Task Both_alphabets_and_escapes_are_the_same_bytes(string reference)
    {
        var image = Assert.IsType<FetchedImage>(await _fetcher.FetchAsync(reference, CancellationToken.None));
        Assert.Equal([0xFB, 0xFF, 0xBF], image.Bytes.ToArray());
    }

    [Theory]
    [InlineData("data:image/png;base64,Ynl0*XM=", "character 5 ")]
    [InlineData("data:image/png;base64,Yn=l0ZXM", "character 4 ")]
    [InlineData("data:image/png;base64,Ynl0Z", "cut off")]
    [InlineData("data:image/png;base64,YQ===", "3 '='")]
    [InlineData("data:image/png;base64,", "empty")]
    [InlineData("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkI", "data:image/png;base64,")]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9", "data:image/png;base64,")]
    public async Task Bad_base64_is_told_where(string reference, string words)
    {
        var failure = Assert.IsType<ImageFetchFailure>(await _fetcher.FetchAsync(reference, CancellationToken.None));
        Assert.Equal(RowErrorCode.ImageUndecodable, failure.Code);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_byte_limit_counts_the_last_byte()
    {
        Assert.IsType<FetchedImage>(await _fetcher.FetchAsync("just-fits.png", CancellationToken.None));
        var large = "data:image/png;base64," + Convert.ToBase64String(new byte[120]);
        Assert.Equal(RowErrorCode.ImageTooLarge, Assert.IsType<ImageFetchFailure>(await _fetcher.FetchAsync(large, CancellationToken.None)).Code);
    }

    [Fact]
    public async Task A_symbolic_link_out_of_the_folder_is_outside_the_input()
    {
        using var outside = new TemporaryFolder();
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.png"), outside.Write("secret.png", "secret"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "linked"), outside.Path);
        foreach (var reference in new[] { "link.png", "linked/secret.png" })
        {
            var failure = Assert.IsType<ImageFetchFailure>(await _fetcher.FetchAsync(reference, CancellationToken.None));
            Assert.Equal(RowErrorCode.ImageOutsideInput, failure.Code);
        }
    }

    [Fact]
    public async Task Other_allowed_folders_are_read_by_path_and_through_links_and_their_links_out_are_not()
    {
        using var allowed = new TemporaryFolder();
        using var outside = new TemporaryFolder();
        allowed.Write("in/a.png", "allowed");
        File.CreateSymbolicLink(Path.Combine(allowed.Path, "out.png"), outside.Write("secret.png", "secret"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "linked"), allowed.Path);
        var fetcher = new ImageFetcher(LocalImages.Open(_folder.Path, [allowed.Path]), urls: null, new ImageFetcherOptions());
        foreach (var reference in new[] { $"{allowed.Path}/in/a.png", $"file://{allowed.Path}/in/a.png", "linked/in/a.png", $"../{Path.GetFileName(allowed.Path)}/in/a.png" })
        {
            var image = Assert.IsType<FetchedImage>(await fetcher.FetchAsync(reference, CancellationToken.None));
            Assert.Equal("allowed"u8.ToArray(), image.Bytes.ToArray());
        }

        foreach (var reference in new[] { $"{allowed.Path}/out.png", "linked/out.png", $"{outside.Path}/secret.png" })
            Assert.Equal(RowErrorCode.ImageOutsideInput, Assert.IsType<ImageFetchFailure>(await fetcher.FetchAsync(reference, CancellationToken.None)).Code);
    }

    [Theory]
    [InlineData("back\\slash.png")]
    [InlineData("C:\\x.png")]
    [InlineData("./data:x.png")]
    [InlineData("./https:__h.png")]
    [InlineData("new\nline.png")]
    [InlineData(" blanks .png ")]
    [InlineData("100%25#?.png")]
    public async Task A_file_is_found_under_its_own_name_whatever_that_looks_like(string name)
    {
        _folder.Write(name, name);
        var image = Assert.IsType<FetchedImage>(await _fetcher.FetchAsync(name, CancellationToken.None));
        Assert.Equal(name, System.Text.Encoding.UTF8.GetString(image.Bytes.Span));
    }

    [Fact]
    public async Task A_pipe_is_no_image_and_is_not_waited_for()
    {
        using var made = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_folder.Path, "pipe.png")]);
        await made.WaitForExitAsync();
        var failure = Assert.IsType<ImageFetchFailure>(await _fetcher.FetchAsync("pipe.png", CancellationToken.None));
        Assert.Equal(RowErrorCode.ImageNotFound, failure.Code);
    }

    [Fact]
    public async Task Without_an_image_root_only_data_urls_are_read()
    {
        var fetcher = new ImageFetcher(null, urls: null, new ImageFetcherOptions());
        Assert.IsType<FetchedImage>(await fetcher.FetchAsync("data:image/png;base64,Ynl0ZXM=", CancellationToken.None));
        Assert.Equal(RowErrorCode.ImageNotFound, Assert.IsType<ImageFetchFailure>(await fetcher.FetchAsync("a.png", CancellationToken.None)).Code);
    }

    [Fact]
    public async Task A_long_reference_is_not_echoed_whole()
    {
        var failure = Assert.IsType<ImageFetchFailure>(await _fetcher.FetchAsync(new string('x', 900), CancellationToken.None));
        Assert.True(failure.Message.Length < 400, failure.Message);
    }

    private string Here(string reference) => reference.Replace("{folder}", _folder.Path, StringComparison.Ordinal);
}
