using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Images;

/// <summary>
/// Fetches images from allowed web servers, and only from them: https on port 443, redirects followed by hand and checked like the first URL, and
/// connections made to the very address that was checked, so that a name cannot change its mind between the check and the connection. No
/// proxy, no cookies, no credentials, no decompression; bytes and time are bounded.
/// </summary>
public sealed class HttpsImageSource : IDisposable
{
    private readonly HttpsImageOptions _options;
    private readonly AllowedHosts _hosts;
    private readonly TimeProvider _time;
    private readonly IImageNetwork _network;
    private readonly HttpClient _client;

    /// <summary>Reads the options; nothing is reached yet.</summary>
    /// <param name="options">Hosts and limits.</param>
    /// <param name="time">Clock of the limits.</param>
    /// <exception cref="FormatException">An allowed host is no host name; the message names it.</exception>
    public HttpsImageSource(HttpsImageOptions options, TimeProvider time)
        : this(options, time, new SystemImageNetwork(), trust: null)
    {
    }

    /// <summary>With another network and other trusted certificates, for tests.</summary>
    internal HttpsImageSource(HttpsImageOptions options, TimeProvider time, IImageNetwork network, X509ChainPolicy? trust)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _hosts = new AllowedHosts(options.AllowedHosts);
        _time = time;
        _network = network;
        _client = new HttpClient(Handler(trust)) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "ResPrune");
        _client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "image/*");
        _client.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Encoding", "identity");
    }

    /// <summary>Fetches one image; what is wrong with the URL, the server or the image is an outcome.</summary>
    /// <param name="url">The absolute URL.</param>
    /// <param name="maxBytes">Most bytes of the image.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImageFetchOutcome> FetchAsync(Uri url, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(url);
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await FollowAsync(url, maxBytes, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Fail(RowErrorCode.Timeout, $"'{Show(url)}' did not come within {_options.Timeout.TotalSeconds:0.###} s.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private SocketsHttpHandler Handler(X509ChainPolicy? trust) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = ConnectAsync,
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust },
        MaxConnectionsPerServer = 32,
        // In kilobytes.
        MaxResponseHeadersLength = 32,
        MaxResponseDrainSize = 0,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        // Trace ids are nothing to tell strangers.
        ActivityHeadersPropagator = null,
    };

    private async Task<ImageFetchOutcome> FollowAsync(Uri url, int maxBytes, CancellationToken cancellationToken)
    {
        for (var redirects = 0; redirects <= _options.MaxRedirects; redirects++)
        {
            if (FindFault(url) is { } fault) return Fail(RowErrorCode.UrlNotAllowed, $"'{Show(url)}' is not fetched: {fault}.");
            var (outcome, next) = await RepeatAsync(url, maxBytes, cancellationToken).ConfigureAwait(false);
            if (outcome is not null) return outcome;
            url = next!;
        }

        return Fail(RowErrorCode.ImageNotFound, $"'{Show(url)}' is behind more than {_options.MaxRedirects} redirects.");
    }

    private string? FindFault(Uri url)
    {
        if (url.Scheme != Uri.UriSchemeHttps) return "only https is allowed";
        if (!url.IsDefaultPort) return "only port 443 is allowed";
        if (url.UserInfo.Length > 0) return "a URL with a user or a password is not allowed";
        return _hosts.Contains(url) ? null : $"the host '{url.Host}' is not on the list of allowed hosts";
    }

    // A server that is busy and a connection that breaks get another chance; everything else is the answer.
    private async Task<(ImageFetchOutcome? Outcome, Uri? Next)> RepeatAsync(Uri url, int maxBytes, CancellationToken cancellationToken)
    {
        for (var retry = 0; ; retry++)
        {
            string trouble;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                using var response = await _client
                    .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
                if (!IsBusy(response.StatusCode)) return await TakeAsync(url, response, maxBytes, cancellationToken).ConfigureAwait(false);
                trouble = $"the server answers {(int)response.StatusCode}";
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                if (FindRefusal(exception) is { } refusal)
                    return (Fail(RowErrorCode.UrlNotAllowed, $"'{Show(url)}' is not fetched: {refusal.Message}"), null);
                trouble = exception.GetBaseException().Message.TrimEnd('.');
            }

            if (retry == _options.Retries) return (Fail(RowErrorCode.ImageNotFound, $"'{Show(url)}' cannot be fetched: {trouble}."), null);
            await Task.Delay(_options.RetryDelay * Math.Pow(2, retry) * (0.5 + Random.Shared.NextDouble()), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsBusy(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    private static AddressNotAllowedException? FindRefusal(Exception? exception)
    {
        while (exception is not (null or AddressNotAllowedException)) exception = exception.InnerException;
        return exception as AddressNotAllowedException;
    }

    private static async Task<(ImageFetchOutcome? Outcome, Uri? Next)> TakeAsync(
        Uri url, HttpResponseMessage response, int maxBytes, CancellationToken cancellationToken)
    {
        switch ((int)response.StatusCode)
        {
            case 200:
                return (await ReadAsync(url, response.Content, maxBytes, cancellationToken).ConfigureAwait(false), null);
            case 301 or 302 or 303 or 307 or 308 when response.Headers.Location is { } location:
                return (null, new Uri(url, location));
            default:
                return (Fail(RowErrorCode.ImageNotFound, $"'{Show(url)}' cannot be fetched: the server answers {(int)response.StatusCode}."), null);
        }
    }

    private static async Task<ImageFetchOutcome> ReadAsync(Uri url, HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maxBytes)
            return Fail(RowErrorCode.ImageTooLarge, $"'{Show(url)}' has {content.Headers.ContentLength} bytes; at most {maxBytes} are read.");
        var bytes = new ArrayBufferWriter<byte>();
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            while (true)
            {
                // One more than allowed tells a body that is too long from one that just fits.
                var room = Math.Min(maxBytes + 1L - bytes.WrittenCount, 1 << 16);
                var read = await stream.ReadAsync(bytes.GetMemory((int)room)[..(int)room], cancellationToken).ConfigureAwait(false);
                if (read == 0) return ImageFetchOutcome.Of(bytes.WrittenMemory, $"'{Show(url)}'");
                bytes.Advance(read);
                if (bytes.WrittenCount > maxBytes)
                    return Fail(RowErrorCode.ImageTooLarge, $"'{Show(url)}' has more than {maxBytes} bytes.");
            }
        }
    }

    // Every address of the name must be public: a name with one foot inside is a trick or a mistake.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal)
            ? [literal]
            : await _network.ResolveAsync(host, cancellationToken).ConfigureAwait(false);
        foreach (var address in addresses)
        {
            if (!PublicAddresses.Contains(address)) throw new AddressNotAllowedException(host, address);
        }

        Exception? last = null;
        foreach (var address in addresses)
        {
            try
            {
                return await _network.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                last = exception;
            }
        }

        throw last ?? new IOException($"'{host}' has no address.");
    }

    private static string Show(Uri url) => ImageFetchOutcome.Show(url.OriginalString);

    private static ImageFetchFailure Fail(RowErrorCode code, string message) => new(code, message);
}
