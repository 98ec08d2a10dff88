using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using ResPrune.Batch.Images;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Tests.Images;

public sealed class HttpsImageSourceTests : IAsyncLifetime
{
    private const int MaxBytes = 100_000;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly List<HttpsImageSource> _made = [];
    private readonly TlsImageServer _server = TlsImageServer.Start();
    private readonly TestNetwork _network;

    public HttpsImageSourceTests() => _network = new TestNetwork(_server.Port);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var source in _made) source.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("https://pictures.test/a.png")]
    [InlineData("HTTPS://Pictures.TEST:443/a.png?size=1#x")]
    [InlineData("https://pictures.test./a.png")]
    [InlineData("https://eu.pictures.test/a.png")]
    public async Task An_image_of_an_allowed_host_is_fetched(string url)
    {
        _server.Reply = Send("bytes"u8.ToArray());
        var image = await AssertFetchedAsync(url, "pictures.test", "*.pictures.test");
        Assert.Equal("bytes", Encoding.ASCII.GetString(image.Bytes.Span));
        Assert.Equal(new IPEndPoint(TestNetwork.Public, 443), Assert.Single(_network.Dialled));
    }

    [Theory]
    [InlineData("https://pictures.test/a.png")]
    [InlineData("https://other.test/a.png")]
    [InlineData("https://evilpictures.test/a.png")]
    [InlineData("https://pictures.test.evil/a.png")]
    [InlineData("https://eu.pictures.test:8443/a.png")]
    [InlineData("https://eu.pictures.test@other.test/a.png")]
    [InlineData("https://user:secret@eu.pictures.test/a.png")]
    [InlineData("http://eu.pictures.test/a.png")]
    [InlineData("ftp://eu.pictures.test/a.png")]
    [InlineData("https://10.0.0.1/a.png")]
    public async Task What_is_not_allowed_is_not_even_looked_up(string url)
    {
        await AssertFailsAsync(RowErrorCode.UrlNotAllowed, url, "*.pictures.test");
        Assert.Empty(_network.Resolved);
        Assert.Empty(_network.Dialled);
    }

    [Theory]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://10.0.0.1/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://127.1/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:10.0.0.1]/")]
    [InlineData("https://[::ffff:a00:1]/")]
    [InlineData("https://[64:ff9b::a00:1]/")]
    [InlineData("https://168.63.129.16/")]
    public async Task A_private_address_is_not_reached_even_when_it_is_on_the_list(string url)
    {
        await AssertFailsAsync(RowErrorCode.UrlNotAllowed, url, new Uri(url).Host);
        Assert.Empty(_network.Dialled);
    }

    [Theory]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("localhost", "::1")]
    [InlineData("metadata.test", "169.254.169.254")]
    [InlineData("inside.test", "10.0.0.1")]
    [InlineData("inside.test", "::ffff:10.0.0.1")]
    [InlineData("inside.test", "93.184.215.14,10.0.0.1")]
    [InlineData("inside.test", "fd00::1")]
    public async Task A_name_that_resolves_to_a_private_address_is_not_reached(string host, string addresses)
    {
        _network.Names = _ => [.. addresses.Split(',').Select(IPAddress.Parse)];
        var failure = await AssertFailsAsync(RowErrorCode.UrlNotAllowed, $"https://{host}/a.png", host);
        Assert.Contains("not an address of the public internet", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_network.Dialled);
    }

    [Fact]
    public async Task A_name_that_changes_its_address_is_reached_only_where_it_was_checked()
    {
        var asked = 0;
        _network.Names = _ => asked++ == 0 ? [TestNetwork.Public] : [IPAddress.Loopback];
        _server.Reply = Send("bytes"u8.ToArray());
        var source = NewSource("pictures.test");
        Assert.IsType<FetchedImage>(await source.FetchAsync(new Uri("https://pictures.test/a"), MaxBytes, None));
        var failure = Assert.IsType<ImageFetchFailure>(await source.FetchAsync(new Uri("https://pictures.test/b"), MaxBytes, None));
        Assert.Equal(RowErrorCode.UrlNotAllowed, failure.Code);
        Assert.Equal(TestNetwork.Public, Assert.Single(_network.Dialled).Address);
    }

    [Theory]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("https://10.0.0.1/")]
    [InlineData("https://localhost/")]
    [InlineData("https://inside.test/")]
    [InlineData("https://other.test/")]
    [InlineData("http://pictures.test/a.png")]
    [InlineData("https://pictures.test:8443/a.png")]
    [InlineData("//other.test/a.png")]
    [InlineData("file:///etc/passwd")]
    public async Task A_redirect_to_what_is_not_allowed_is_not_followed(string location)
    {
        _network.Names = host => host is "inside.test" or "localhost" ? [IPAddress.Loopback] : [TestNetwork.Public];
        _server.Reply = (_, stream, token) => TlsImageServer.WriteAsync(stream, "302 Found", $"Location: {location}\r\n", [], token);
        await AssertFailsAsync(RowErrorCode.UrlNotAllowed, "https://pictures.test/a.png", "pictures.test", "inside.test", "localhost", "169.254.169.254", "10.0.0.1");
        Assert.Single(_network.Dialled);
    }

    [Fact]
    public async Task Redirects_between_allowed_hosts_are_followed_a_few_times()
    {
        _server.Reply = (head, stream, token) => head.StartsWith("GET /3 ", StringComparison.Ordinal)
            ? TlsImageServer.WriteAsync(stream, "200 OK", "", "bytes"u8.ToArray(), token)
            : TlsImageServer.WriteAsync(stream, "307 Temporary Redirect", $"Location: https://eu.test/{head[5] - '0' + 1}\r\n", [], token);
        await AssertFetchedAsync("https://pictures.test/0", "pictures.test", "eu.test");
        _server.Reply = (_, stream, token) => TlsImageServer.WriteAsync(stream, "301 Moved Permanently", "Location: /again\r\n", [], token);
        var before = _server.Requests.Count;
        await AssertFailsAsync(RowErrorCode.ImageNotFound, "https://pictures.test/0", "pictures.test");
        Assert.Equal(new HttpsImageOptions().MaxRedirects + 1, _server.Requests.Count - before);
    }

    [Fact]
    public async Task A_body_that_is_too_long_or_endless_is_cut()
    {
        _server.Reply = Send(new byte[MaxBytes]);
        await AssertFetchedAsync("https://pictures.test/fits", "pictures.test");
        _server.Reply = Send(new byte[MaxBytes + 1]);
        await AssertFailsAsync(RowErrorCode.ImageTooLarge, "https://pictures.test/announced", "pictures.test");
        _server.Reply = async (_, stream, token) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), token);
            while (true) await stream.WriteAsync(new byte[10_000], token);
        };
        await AssertFailsAsync(RowErrorCode.ImageTooLarge, "https://pictures.test/endless", "pictures.test");
    }

    [Fact]
    public async Task Headers_without_end_are_cut()
    {
        _server.Reply = async (_, stream, token) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), token);
            while (true) await stream.WriteAsync("X-Endless: yes\r\n"u8.ToArray(), token);
        };
        await AssertFailsAsync(RowErrorCode.ImageNotFound, "https://pictures.test/a.png", "pictures.test");
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nsome")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Slow")]
    public async Task A_server_that_falls_silent_is_a_timeout(string said)
    {
        var silent = new TaskCompletionSource();
        _server.Reply = async (_, stream, token) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(said), token);
            silent.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        };
        var fetch = FetchAsync("https://pictures.test/a.png", "pictures.test");
        await silent.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(fetch.IsCompleted);
        _time.Advance(new HttpsImageOptions().Timeout);
        Assert.Equal(RowErrorCode.Timeout, Assert.IsType<ImageFetchFailure>(await fetch.WaitAsync(TimeSpan.FromSeconds(30))).Code);
    }

    [Fact]
    public async Task A_body_that_drips_is_a_timeout_however_often_a_byte_comes()
    {
        _server.Reply = async (_, stream, token) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n"u8.ToArray(), token);
            while (true)
            {
                await stream.WriteAsync("x"u8.ToArray(), token);
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        };
        await AssertFailsAsync(RowErrorCode.Timeout, "https://pictures.test/a.png", "pictures.test");
    }

    [Fact]
    public async Task Cancelling_is_no_timeout()
    {
        using var cancelled = new CancellationTokenSource();
        _server.Reply = async (_, _, token) =>
        {
            await cancelled.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        };
        var source = NewSource("pictures.test");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.FetchAsync(new Uri("https://pictures.test/a"), MaxBytes, cancelled.Token));
    }

    [Theory]
    [InlineData("404 Not Found", 1)]
    [InlineData("403 Forbidden", 1)]
    [InlineData("204 No Content", 1)]
    [InlineData("302 Found", 1)]
    [InlineData("503 Service Unavailable", 3)]
    [InlineData("429 Too Many Requests", 3)]
    public async Task An_answer_without_an_image_is_not_found_and_only_a_busy_server_is_asked_again(string status, int requests)
    {
        _server.Reply = (_, stream, token) => TlsImageServer.WriteAsync(stream, status, "", [], token);
        var failure = await AssertFailsAsync(RowErrorCode.ImageNotFound, "https://pictures.test/a.png", "pictures.test");
        Assert.Contains(status[..3], failure.Message, StringComparison.Ordinal);
        Assert.Equal(requests, _server.Requests.Count);
    }

    [Fact]
    public async Task A_busy_server_and_a_broken_connection_get_another_chance()
    {
        var request = 0;
        _server.Reply = (_, stream, token) => request++ switch
        {
            0 => TlsImageServer.WriteAsync(stream, "503 Service Unavailable", "", [], token),
            1 => stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nby"u8.ToArray(), token).AsTask(),
            _ => TlsImageServer.WriteAsync(stream, "200 OK", "", "bytes"u8.ToArray(), token),
        };
        await AssertFetchedAsync("https://pictures.test/a.png", "pictures.test");
    }

    [Fact]
    public async Task A_host_that_does_not_exist_and_an_untrusted_certificate_are_not_found()
    {
        _network.Names = _ => throw new SocketException((int)SocketError.HostNotFound);
        await AssertFailsAsync(RowErrorCode.ImageNotFound, "https://pictures.test/a.png", "pictures.test");
        _network.Names = _ => [TestNetwork.Public];
        _server.Reply = Send("bytes"u8.ToArray());
        await AssertFailsAsync(RowErrorCode.ImageNotFound, "https://not-in-the-certificate.example/a.png", "not-in-the-certificate.example");
    }

    [Fact]
    public async Task Nothing_is_decoded_kept_or_told()
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionMode.Compress, leaveOpen: true)) zip.Write(new byte[5000]);
        _server.Reply = (_, stream, token) =>
            TlsImageServer.WriteAsync(stream, "200 OK", "Content-Encoding: identity\r\nSet-Cookie: who=you; Path=/\r\n", zipped.ToArray(), token);
        var source = NewSource("pictures.test");
        for (var i = 0; i < 2; i++)
        {
            var image = Assert.IsType<FetchedImage>(await source.FetchAsync(new Uri("https://pictures.test/a"), MaxBytes, None));
            Assert.Equal(zipped.ToArray(), image.Bytes.ToArray());
        }

        foreach (var word in new[] { "Cookie", "Authorization", "Referer", "traceparent", "gzip" })
            Assert.All(_server.Requests, request => Assert.DoesNotContain(word, request, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_compressed_answer_is_an_unsupported_image_that_says_so()
    {
        _server.Reply = (_, stream, token) => TlsImageServer.WriteAsync(stream, "200 OK", "Content-Encoding: gzip\r\n", [1, 2], token);
        var failure = await AssertFailsAsync(RowErrorCode.ImageUnsupported, "https://pictures.test/a.png", "pictures.test");
        Assert.Contains("compressed (gzip)", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 3)] // closed without an answer: the handler would repeat each try three times
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", 3)]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 3)]
    [InlineData("HTTP/1.1 503 Busy\r\nRetry-After: 21\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 1)]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 1)]
    public async Task A_server_is_asked_as_often_as_the_table_says(string reply, int requests)
    {
        _server.Reply = async (_, stream, token) => await stream.WriteAsync(Encoding.ASCII.GetBytes(reply), token);
        await AssertFailsAsync(RowErrorCode.ImageNotFound, "https://pictures.test/a.png", "pictures.test");
        Assert.Equal((requests, requests), (_server.Requests.Count, _network.Dialled.Count));
    }

    [Fact]
    public async Task A_busy_server_behind_a_redirect_is_asked_again_from_the_first_url_on()
    {
        _server.Reply = (head, stream, token) => head.StartsWith("GET /a ", StringComparison.Ordinal)
            ? TlsImageServer.WriteAsync(stream, "302 Found", "Location: /b\r\n", [], token)
            : TlsImageServer.WriteAsync(stream, "503 Busy", "", [], token);
        await AssertFailsAsync(RowErrorCode.ImageNotFound, "https://pictures.test/a", "pictures.test");
        Assert.Equal(6, _server.Requests.Count);
    }

    [Fact]
    public async Task A_wait_that_the_server_asks_for_is_kept()
    {
        var first = new TaskCompletionSource();
        _server.Reply = async (_, stream, token) =>
        {
            var again = first.Task.IsCompleted;
            await TlsImageServer.WriteAsync(stream, again ? "200 OK" : "429 Slow down", again ? "" : "Retry-After: 7\r\n", "bytes"u8.ToArray(), token);
            first.TrySetResult();
        };
        var options = new HttpsImageOptions { AllowedHosts = ["pictures.test"], RetryDelay = TimeSpan.Zero, Timeout = TimeSpan.FromHours(1) };
        using var source = new HttpsImageSource(options, _time, _network, _server.Trust);
        var fetch = source.FetchAsync(new Uri("https://pictures.test/a.png"), MaxBytes, None);
        await first.Task.WaitAsync(TimeSpan.FromSeconds(30));
        // The wait begins a little after the answer was sent: time goes on until the fetch has seen it pass.
        var waited = Stopwatch.StartNew();
        while (!fetch.IsCompleted)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "The fetch has not ended.");
            if (_server.Requests.Count == 1) _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.WhenAny(fetch, Task.Delay(5, None));
        }

        Assert.IsType<FetchedImage>(await fetch);
        Assert.True(_time.GetUtcNow() - _time.Start >= TimeSpan.FromSeconds(7), $"{_time.GetUtcNow() - _time.Start}");
    }

    [Fact]
    public async Task A_message_never_repeats_the_query()
    {
        _server.Reply = (_, stream, token) => TlsImageServer.WriteAsync(stream, "403 Forbidden", "", [], token);
        var failure = await AssertFailsAsync(RowErrorCode.ImageNotFound, "https://pictures.test/a.png?sig=hush", "pictures.test");
        Assert.DoesNotContain("hush", failure.Message, StringComparison.Ordinal);
        failure = await AssertFailsAsync(RowErrorCode.UrlNotAllowed, "https://me:hush@pictures.test/a.png", "pictures.test");
        Assert.DoesNotContain("hush", failure.Message, StringComparison.Ordinal);
        failure = await AssertFailsAsync(RowErrorCode.UrlNotAllowed, "https://other.test/a.png?sig=hush", "pictures.test");
        Assert.DoesNotContain("hush", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("*.")]
    [InlineData("a.*.test")]
    [InlineData("https://pictures.test")]
    [InlineData("pictures.test/a")]
    [InlineData("pictures.test:8443")]
    [InlineData("me@pictures.test")]
    public void An_entry_that_is_no_host_is_refused_by_name(string entry) =>
        Assert.Contains($"'{entry}'", Assert.Throws<FormatException>(() => NewSource(entry)).Message, StringComparison.Ordinal);

    private static Func<string, Stream, CancellationToken, Task> Send(byte[] body) =>
        (_, stream, token) => TlsImageServer.WriteAsync(stream, "200 OK", "Content-Type: image/png\r\n", body, token);

    private HttpsImageSource NewSource(params string[] hosts)
    {
        var source = new HttpsImageSource(new HttpsImageOptions { AllowedHosts = hosts, RetryDelay = TimeSpan.Zero }, _time, _network, _server.Trust);
        _made.Add(source);
        return source;
    }

    private Task<ImageFetchOutcome> FetchAsync(string url, params string[] hosts) => NewSource(hosts).FetchAsync(new Uri(url), MaxBytes, None);

    private async Task<FetchedImage> AssertFetchedAsync(string url, params string[] hosts)
    {
        var outcome = await FetchAsync(url, hosts);
        return outcome as FetchedImage ?? throw new InvalidOperationException($"{url}: {outcome}");
    }

    private async Task<ImageFetchFailure> AssertFailsAsync(RowErrorCode code, string url, params string[] hosts)
    {
        var failure = Assert.IsType<ImageFetchFailure>(await FetchAsync(url, hosts));
        Assert.True(code == failure.Code, failure.Message);
        return failure;
    }
}
