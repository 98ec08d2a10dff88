using System.Globalization;
using System.Net;

namespace ResPrune.Cli.Hub;

/// <summary>Reads from a refusing answer what is wrong and what to do about it.</summary>
internal static class HubErrors
{
    private const int LongestQuote = 200;

    /// <summary>Lets a good answer pass.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="http">Knows which hosts are the hub's.</param>
    /// <param name="limits">The longest wait.</param>
    /// <exception cref="HubException">It is none.</exception>
    public static void ThrowIfRefused(HubReply reply, HubRequest request, HubHttp http, HubLimits limits)
    {
        var response = reply.Response;
        if (response.IsSuccessStatusCode) return;
        var uri = response.RequestMessage!.RequestUri!;
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}".Trim();
        if (IsTransient(response.StatusCode)) throw Later(response, uri, status, limits);
        if (!http.IsHub(uri))
        {
            // The hub signs these addresses for a few minutes; the next attempt gets a fresh one.
            throw new HubException(HubFailure.Unreachable, $"{uri.Authority} answers {status} for {request.What}.")
            {
                IsTransient = response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Gone,
            };
        }

        throw Refused(response, request, status);
    }

    private static bool IsTransient(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static HubException Later(HttpResponseMessage response, Uri uri, string status, HubLimits limits)
    {
        var wait = response.Headers.RetryAfter?.Delta;
        var message = $"{uri.Authority} answers {status}.";
        if (wait > limits.LongestRetryAfter)
        {
            return new HubException(
                HubFailure.Unreachable, FormattableString.Invariant($"{message} It asks to wait {wait.Value.TotalSeconds:0} s: try again then."));
        }

        return new HubException(HubFailure.Unreachable, message) { IsTransient = true, RetryAfter = wait };
    }

    private static HubException Refused(HttpResponseMessage response, HubRequest request, string status)
    {
        var repository = request.Repository;
        var page = $"{request.Endpoint.AbsoluteUri.TrimEnd('/')}/{repository}";
        var token = request.HasToken ? "the token that was sent has no access to it" : "it is private and needs a token in HF_TOKEN";
        return (Header(response, "X-Error-Code"), response.StatusCode) switch
        {
            ("GatedRepo", _) => new HubException(
                HubFailure.Denied,
                $"{repository} is gated: accept its conditions at {page}, then "
                    + (request.HasToken ? "use a token of that account in HF_TOKEN." : "set HF_TOKEN to a token of that account.")),
            ("RevisionNotFound", _) => new HubException(
                HubFailure.NotFound, $"{repository} has no revision '{request.Revision}': see its branches and tags at {page}/tree/main."),
            ("EntryNotFound", _) => new HubException(HubFailure.NotFound, $"{request.What} is not there."),
            ("RepoNotFound", _) or (_, HttpStatusCode.NotFound or HttpStatusCode.Unauthorized) => new HubException(
                response.StatusCode == HttpStatusCode.NotFound ? HubFailure.NotFound : HubFailure.Denied,
                $"{repository} is not at {request.Endpoint.Authority}: the name is wrong, or {token}. ({status})"),
            (_, HttpStatusCode.Forbidden) => new HubException(
                HubFailure.Denied, $"{request.Endpoint.Authority} refuses {repository} ({status}){Quote(response)}: {token}."),
            _ => new HubException(HubFailure.Protocol, $"{request.Endpoint.Authority} answers {status} for {request.What}{Quote(response)}."),
        };
    }

    private static string Quote(HttpResponseMessage response) => Header(response, "X-Error-Message") is { Length: > 0 } text
        ? string.Create(CultureInfo.InvariantCulture, $", saying '{(text.Length > LongestQuote ? text[..LongestQuote] : text)}'")
        : "";

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
