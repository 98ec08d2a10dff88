using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using ResPrune.Batch.Http;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Images;

/// <summary>
/// Fetches images from allowed web servers, and only from them: https on port 443, redirects followed by hand and checked like the first URL, and
/// connections made to the very address that was checked, so that a name cannot change its mind between the check and the connection. No
/// proxy, no cookies, no credentials, no decompression; bytes and time are bounded.
/// </summary>
public sealed class HttpsImageSource : IDisposable
{
    private static readonly HashSet<string> Compressions = new(["gzip", "x-gzip", "compress", "x-compress", "deflate", "br", "zstd"], StringComparer.OrdinalIgnoreCase);
    private readonly HttpsImageOptions _options;
    private readonly AllowedHosts _hosts;
    private readonly TimeProvider _time;
    private readonly IImageNetwork _network;
    private readonly HttpClient _client;
    private readonly ResiliencePipeline<Answer> _pipeline;
    private volatile bool _isDisposed;

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
        _pipeline = Pipeline(options, time);
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
        var last = (Answer?)null;
        try
        {
            var answer = await _pipeline.ExecuteAsync(
                async token => last = await FollowAsync(url, maxBytes, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            return answer.Outcome!;
        }
        catch (TimeoutRejectedException)
        {
            var before = last?.Outcome is ImageFetchFailure failure ? $" Before that: {failure.Message}" : "";
            return Fail(RowErrorCode.Timeout, $"'{Show(url)}' did not come within {_options.Timeout.TotalSeconds:0.###} s.{before}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _client.Dispose();
    }

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

    // A server that is busy and a connection that breaks get another chance, from the first URL on; everything else is the answer.
    private static ResiliencePipeline<Answer> Pipeline(HttpsImageOptions options, TimeProvider time)
    {
        var pipeline = new ResiliencePipelineBuilder<Answer> { TimeProvider = time }.AddTimeout(options.Timeout);
        if (options.Retries > 0)
        {
            pipeline.AddRetry(new RetryStrategyOptions<Answer>
            {
                ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Result is { MayPass: true } busy && !(busy.RetryAfter > options.Timeout)),
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = attempt => ValueTask.FromResult(attempt.Outcome.Result?.RetryAfter),
            });
        }

        return pipeline.Build();
    }

    private async Task<Answer> FollowAsync(Uri first, int maxBytes, CancellationToken cancellationToken)
    {
        var url = first;
        for (var redirects = 0; redirects <= _options.MaxRedirects; redirects++)
        {
            var shown = redirects == 0 ? $"'{Show(first)}'" : $"'{Show(first)}' (which leads to '{Show(url)}')";
            var answer = await AskAsync(url, shown, maxBytes, cancellationToken).ConfigureAwait(false);
            if (answer.Next is null) return answer;
            url = answer.Next;
        }

        return Answer.Of(RowErrorCode.ImageNotFound, $"'{Show(first)}' is behind more than {_options.MaxRedirects} redirects.");
    }

    private string? FindFault(Uri url)
    {
        if (url.Scheme != Uri.UriSchemeHttps) return "only https is allowed";
        if (!url.IsDefaultPort) return "only port 443 is allowed";
        if (url.UserInfo.Length > 0) return "a URL with a user or a password is not allowed";
        return AllowedHosts.TryGetHost(url, out _) ? _hosts.Contains(url) ? null : $"the host '{url.Host}' is not on the list of allowed hosts"
            : "its host is no name that the internet has";
    }

    private async Task<Answer> AskAsync(Uri url, string shown, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            if (FindFault(url) is { } fault) return Answer.Of(RowErrorCode.UrlNotAllowed, $"{shown} is not fetched: {fault}.");
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var response = await _client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return await TakeAsync(url, shown, response, maxBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A process that is stopping says nothing about the row.
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            // Whatever a URL or a server does to the client costs this row only.
            if (FindRefusal(exception) is { } refusal)
                return Answer.Of(RowErrorCode.UrlNotAllowed, $"{shown} is not fetched: {refusal.Message}");
            var mayPass = exception is HttpRequestException or IOException or OperationCanceledException;
            var trouble = ImageFetchOutcome.Brief(exception.GetBaseException().Message).TrimEnd('.');
            return Answer.Of(RowErrorCode.ImageNotFound, $"{shown} cannot be fetched: {trouble}.") with { MayPass = mayPass };
        }
    }

    private static bool IsBusy(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    private static AddressNotAllowedException? FindRefusal(Exception? exception)
    {
        while (exception is not (null or AddressNotAllowedException)) exception = exception.InnerException;
        return exception as AddressNotAllowedException;
    }

    private async Task<Answer> TakeAsync(
        Uri url, string shown, HttpResponseMessage response, int maxBytes, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (status == 200) return new Answer(await ReadAsync(shown, response.Content, maxBytes, cancellationToken).ConfigureAwait(false));
        if (status is 301 or 302 or 303 or 307 or 308) return Redirect(url, shown, response, status);
        return Answer.Of(RowErrorCode.ImageNotFound, $"{shown} cannot be fetched: the server answers {status}.") with
        {
            MayPass = IsBusy(response.StatusCode),
            RetryAfter = RetryAfter(response),
        };
    }

    private static Answer Redirect(Uri url, string shown, HttpResponseMessage response, int status)
    {
        // As the server wrote it: the parsed header is absent where it cannot be parsed.
        var target = response.Headers.NonValidated.TryGetValues("Location", out var given) ? given.ToString() : "";
        if (target.Length == 0)
            return Answer.Of(RowErrorCode.ImageNotFound, $"{shown} cannot be fetched: the server answers {status} and names no other address.");
        return Uri.TryCreate(url, target, out var next)
            ? new Answer(Outcome: null) { Next = next }
            : Answer.Of(RowErrorCode.UrlNotAllowed, $"{shown} is not fetched: it leads to '{ImageFetchOutcome.Show(target)}', which is no URL.");
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var after = response.Headers.RetryAfter;
        var wait = after?.Delta ?? (after?.Date - _time.GetUtcNow());
        return wait > TimeSpan.Zero ? wait : null;
    }

    private static async Task<ImageFetchOutcome> ReadAsync(string shown, HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maxBytes)
            return Fail(RowErrorCode.ImageTooLarge, $"{shown} has {content.Headers.ContentLength} bytes; at most {maxBytes} are read.");
        if (CompressionOf(content) is { } compression)
            return Fail(RowErrorCode.ImageUnsupported, $"{shown} comes compressed ({compression}) although it was asked for as it is; nothing is decompressed here.");
        var bytes = new ArrayBufferWriter<byte>();
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            while (true)
            {
                // One more than allowed tells a body that is too long from one that just fits.
                var room = Math.Min(maxBytes + 1L - bytes.WrittenCount, 1 << 16);
                var read = await stream.ReadAsync(bytes.GetMemory((int)room)[..(int)room], cancellationToken).ConfigureAwait(false);
                if (read == 0) return ImageFetchOutcome.Of(bytes.WrittenMemory, shown);
                bytes.Advance(read);
                if (bytes.WrittenCount > maxBytes)
                    return Fail(RowErrorCode.ImageTooLarge, $"{shown} has more than {maxBytes} bytes.");
            }
        }
    }

    // Only what really changes the bytes: servers also write 'identity', 'none' or a character set here.
    private static string? CompressionOf(HttpContent content) =>
        content.Headers.NonValidated.TryGetValues("Content-Encoding", out var given)
            ? given.ToString().Split(',', StringSplitOptions.TrimEntries).FirstOrDefault(word => Compressions.Contains(word))
            : null;

    // Every address of the name must be public: a name with one foot inside is a trick or a mistake.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        OneTry.Note(context);
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

    /// <summary>What one round of requests came to: an outcome, or where to go on.</summary>
    private sealed record Answer(ImageFetchOutcome? Outcome)
    {
        /// <summary>Where the server sends on to.</summary>
        public Uri? Next { get; init; }

        /// <summary>Whether another try may bring the image.</summary>
        public bool MayPass { get; init; }

        /// <summary>The wait that the server asked for.</summary>
        public TimeSpan? RetryAfter { get; init; }

        public static Answer Of(RowErrorCode code, string message) => new(Fail(code, message));
    }
}
