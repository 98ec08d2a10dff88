using System.Text;
using Microsoft.Extensions.Time.Testing;
using ResPrune.Batch.Images;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Images;

/// <summary>Whatever a line names and whatever a server sends, a fetch ends in an outcome that names the URL without its secrets.</summary>
public sealed class HostileImageTests : IAsyncLifetime, IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly FakeTimeProvider _time = new();
    private readonly TlsImageServer _server = TlsImageServer.Start();
    private readonly HttpsImageSource _source;
    private readonly ImageFetcher _fetcher;

    public HostileImageTests()
    {
        var options = new HttpsImageOptions { AllowedHosts = ["pictures.test", "*.example", "xn--nxasmq6b"], RetryDelay = TimeSpan.Zero };
        _source = new HttpsImageSource(options, _time, new TestNetwork(_server.Port), _server.Trust);
        _fetcher = new ImageFetcher(null, new ImageUrls([], _source), new ImageFetcherOptions());
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _source.Dispose();

    [Theory]
    [InlineData("https://\u05d0a.example/x.png")]
    [InlineData("https://a\u0300\u05d0.example/x.png")]
    [InlineData("https://xn--a.example/x.png")]
    [InlineData("https://xn--\u05d0.example/x.png")]
    [InlineData("https://\u00ad.example/x.png")]
    [InlineData("https://a..example/x.png")]
    [InlineData("https://.example/x.png")]
    [InlineData("https://-a.example/x.png")]
    [InlineData("https://a_b.example:444/x.png")]
    [InlineData("https://a.example:0/x.png")]
    [InlineData("https://a.example:99999/x.png")]
    [InlineData("https://a.example:-1/x.png")]
    [InlineData("https://a.example:443x/x.png")]
    [InlineData("https://a.example:/x.png")]
    [InlineData("https://[::1/x.png")]
    [InlineData("https://[fe80::1%25eth0]/x.png")]
    [InlineData("https://a%00.example/x.png")]
    [InlineData("https://a%2f.example/x.png")]
    [InlineData("https://a b.example/x.png")]
    [InlineData("https://\ud800.example/x.png")]
    [InlineData("https://user:hush@a.example/x.png")]
    [InlineData("https://user:hush@/x.png")]
    [InlineData("https://@@a.example/x.png?sig=hush")]
    [InlineData("https:///x.png?sig=hush#hush")]
    [InlineData("https:\\\\user:hush@a.example\\x.png")]
    [InlineData("https:a.example/x.png")]
    [InlineData("https://")]
    [InlineData("https:")]
    [InlineData("http:///")]
    [InlineData("file://user:hush@host/x.png")]
    [InlineData("gopher://a.example/x.png")]
    public async Task A_reference_that_cannot_be_fetched_is_a_row_error(string reference) => await AssertFailsAsync(reference);

    [Theory]
    [InlineData("https://{0}.example/x.png", 64)]
    [InlineData("https://{0}.example/x.png", 300)]
    [InlineData("https://{0}.example/x.png", 70_000)]
    [InlineData("https://user:{0}@a.example/x.png", 70_000)]
    [InlineData("https://a.example/{0}", 70_000)]
    [InlineData("https://a.example:{0}/", 5_000)]
    [InlineData("https://\u00fc{0}.example/x.png", 62)]
    public async Task A_reference_that_is_too_long_is_a_row_error_with_a_short_message(string form, int length)
    {
        var failure = await AssertFailsAsync(string.Format(null, form, new string('1', length)));
        Assert.True(failure.Message.Length < 600, $"{failure.Message.Length} characters");
    }

    [Theory]
    [InlineData("//", RowErrorCode.UrlNotAllowed)]
    [InlineData("///", RowErrorCode.UrlNotAllowed)]
    [InlineData("//user:hush@/x", RowErrorCode.UrlNotAllowed)]
    [InlineData("https://", RowErrorCode.UrlNotAllowed)]
    [InlineData("https:", RowErrorCode.ImageNotFound)]
    [InlineData("https://user:hush@pictures.test/", RowErrorCode.UrlNotAllowed)]
    [InlineData("https://other.test/?sig=hush", RowErrorCode.UrlNotAllowed)]
    [InlineData("https://a.example:99999/", RowErrorCode.UrlNotAllowed)]
    [InlineData("https://[::1/", RowErrorCode.UrlNotAllowed)]
    [InlineData("https://\u00d7\u0090a.example/", RowErrorCode.UrlNotAllowed)]
    [InlineData("http://pictures.test/", RowErrorCode.UrlNotAllowed)]
    [InlineData("data:image/png;base64,hush", RowErrorCode.UrlNotAllowed)]
    [InlineData("javascript:alert(1)", RowErrorCode.UrlNotAllowed)]
    [InlineData("\\\\other.test\\x", RowErrorCode.UrlNotAllowed)]
    [InlineData("", RowErrorCode.ImageNotFound)]
    [InlineData("   ", RowErrorCode.ImageNotFound)]
    [InlineData("#hush", RowErrorCode.ImageNotFound)]
    [InlineData("?hush", RowErrorCode.ImageNotFound)]
    [InlineData("%", RowErrorCode.ImageNotFound)]
    [InlineData("/\u00ff\u00fe", RowErrorCode.ImageNotFound)]
    public async Task A_redirect_to_anything_is_followed_or_a_row_error(string location, RowErrorCode code)
    {
        _server.Reply = (_, stream, token) => RawAsync(stream, $"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", token);
        var failure = await AssertFailsAsync("https://pictures.test/a.png?sig=hush");
        Assert.True(code == failure.Code, failure.Message);
        Assert.True(_server.Requests.Count <= new HttpsImageOptions().MaxRedirects + 1, $"{_server.Requests.Count} requests");
    }

    [Theory]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: //\r\nLocation: https://other.test/\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nxx\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nxx")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbytesXX0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nby")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nby")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: identity, br\r\nContent-Length: 2\r\n\r\nxx")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: DEFLATE\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxx\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon in this line\r\n\r\nxx")]
    [InlineData("HTTP/1.1 200 OK\r\n: no name\r\n\r\nxx")]
    [InlineData("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 2x0 OK\r\n\r\n")]
    [InlineData("HTTP/9.9 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("\r\n\r\n\r\n")]
    [InlineData("\0\0\0\0")]
    [InlineData("")]
    public async Task A_server_that_answers_nonsense_is_a_row_error(string reply)
    {
        _server.Reply = (_, stream, token) => RawAsync(stream, reply, token);
        var failure = await AssertFailsAsync("https://pictures.test/a.png?sig=hush");
        Assert.Contains(failure.Code, new[] { RowErrorCode.ImageNotFound, RowErrorCode.UrlNotAllowed, RowErrorCode.ImageUnsupported, RowErrorCode.ImageTooLarge, RowErrorCode.ImageUndecodable });
        Assert.True(failure.Message.Length < 600, $"{failure.Message.Length} characters");
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nbytes")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: ;;;\r\nRetry-After: \u00ff\r\nDate: never\r\nContent-Length: 5\r\n\r\nbytes")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: utf-8\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\u00ff\r\nbytes\r\n0\r\nTrailer: \u00ff\r\n\r\n")]
    public async Task Headers_that_say_nothing_sensible_beside_a_good_body_do_no_harm(string reply)
    {
        _server.Reply = (_, stream, token) => RawAsync(stream, reply, token);
        var image = Assert.IsType<FetchedImage>(await _fetcher.FetchAsync("https://pictures.test/a.png", None));
        Assert.Equal("bytes", Encoding.ASCII.GetString(image.Bytes.Span));
    }

    [Fact]
    public async Task Whatever_a_place_of_images_throws_is_a_row_error_unless_it_is_the_callers_cancellation()
    {
        foreach (var thrown in new Exception[] { new InvalidOperationException("odd"), new UriFormatException("odd"), new OperationCanceledException("odd"), new ArgumentException("odd") })
        {
            var fetcher = new ImageFetcher(null, new Throwing(thrown), new ImageFetcherOptions());
            var failure = Assert.IsType<ImageFetchFailure>(await fetcher.FetchAsync("https://user:hush@a.example/x.png?sig=hush", None));
            Assert.Contains("odd", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hush", failure.Message, StringComparison.Ordinal);
        }

        var cancelled = new ImageFetcher(null, new Throwing(new OperationCanceledException()), new ImageFetcherOptions());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.FetchAsync("https://a.example/x.png", new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task A_name_of_a_file_is_shown_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var fetcher = new ImageFetcher(LocalImages.Open(folder.Path, []), urls: null, new ImageFetcherOptions());
        var failure = Assert.IsType<ImageFetchFailure>(await fetcher.FetchAsync("mail:me@home.png", None));
        Assert.Contains("'mail:me@home.png'", failure.Message, StringComparison.Ordinal);
    }

    private static async Task RawAsync(Stream stream, string reply, CancellationToken cancellationToken) =>
        await stream.WriteAsync(Encoding.Latin1.GetBytes(reply), cancellationToken);

    private async Task<ImageFetchFailure> AssertFailsAsync(string reference)
    {
        var outcome = await _fetcher.FetchAsync(reference, None).WaitAsync(TimeSpan.FromSeconds(60));
        var failure = Assert.IsType<ImageFetchFailure>(outcome);
        Assert.DoesNotContain("hush", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"'{reference[..Math.Min(reference.Length, 6)].Split('/')[0]}", failure.Message, StringComparison.Ordinal);
        return failure;
    }

    private sealed class Throwing(Exception thrown) : IImageUrls
    {
        public Task<ImageFetchOutcome> FetchAsync(string url, int maxBytes, CancellationToken cancellationToken) => throw thrown;
    }
}
