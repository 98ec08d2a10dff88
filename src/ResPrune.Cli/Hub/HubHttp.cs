using System.Net;
using System.Net.Http.Headers;
using ResPrune.Batch.Http;

namespace ResPrune.Cli.Hub;

/// <summary>Sends requests to the hub and follows it to other hosts, which never learn the token.</summary>
internal sealed class HubHttp : IDisposable
{
    private readonly HubSettings _settings;
    private readonly HubLimits _limits;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <summary>Creates it.</summary>
    public HubHttp(HubSettings settings, HubLimits limits, TimeProvider time)
    {
        _settings = settings;
        _limits = limits;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            // Followed here: what goes to which host decides who sees the token.
            AllowAutoRedirect = false,
            // Sizes and hashes are those of the files as they are.
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = limits.ConnectTimeout,
            // A try reaches the hub once.
            ConnectCallback = OneTry.ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        // Headers and bodies have deadlines of their own: a file may take hours.
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("resprune", typeof(HubHttp).Assembly.GetName().Version!.ToString(3)));
        _client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    /// <summary>Sends a request and follows redirects; the body is not read yet.</summary>
    /// <param name="method">GET, or HEAD, which stops where the hub sends it to another host.</param>
    /// <param name="uri">Where to.</param>
    /// <param name="from">The first byte wanted of the body.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="HubException">No answer, or one that leads nowhere. Statuses are left to the caller.</exception>
    public async Task<HubReply> SendAsync(HttpMethod method, Uri uri, long from, CancellationToken cancellationToken)
    {
        HttpResponseMessage? hub = null;
        for (var hop = 0; hop <= _limits.Redirects; hop++)
        {
            var response = await SendOnceAsync(method, uri, from, cancellationToken);
            if (IsHub(uri) || hub is null) hub = response;
            if (Target(response, uri) is not { } target || (method == HttpMethod.Head && !IsHub(target))) return new HubReply(response, hub);
            response.Dispose();
            if (uri.Scheme == Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttps)
                throw new HubException(HubFailure.Protocol, $"{uri.Host} sends to {target.Scheme}://{target.Host}, which is not encrypted. Nothing was fetched from there.");
            uri = target;
        }

        throw new HubException(HubFailure.Protocol, $"{_settings.Endpoint.Host} sends from one address to the next without end.");
    }

    /// <summary>Opens a body for reading with a deadline.</summary>
    public async Task<HubBody> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        new(await response.Content.ReadAsStreamAsync(cancellationToken), response.RequestMessage!.RequestUri!.Host, _limits, _time, cancellationToken);

    /// <summary>Whether an address is the hub's own.</summary>
    public bool IsHub(Uri uri) =>
        Uri.Compare(uri, _settings.Endpoint, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static Uri? Target(HttpResponseMessage response, Uri uri)
    {
        if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)) return null;
        return response.Headers.Location is { } location && Uri.TryCreate(uri, location, out var target)
            && (target.Scheme == Uri.UriSchemeHttps || target.Scheme == Uri.UriSchemeHttp)
            ? target
            : throw new HubException(HubFailure.Protocol, $"{uri.Host} redirects to nowhere.");
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri uri, long from, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_limits.ResponseTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        using var request = new HttpRequestMessage(method, uri);
        if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
        if (IsHub(uri)) _settings.Authorize(request);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (HttpRequestException exception)
        {
            throw new HubException(HubFailure.Unreachable, $"{uri.Authority} cannot be reached: {exception.Message.TrimEnd('.')}.", exception)
            {
                IsTransient = true,
            };
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HubException(HubFailure.Unreachable, $"{uri.Authority} did not answer in time.", exception) { IsTransient = true };
        }
    }
}
