using System.Globalization;

namespace ResPrune.Cli.Hub;

/// <summary>An answer, and what the hub itself said of the file before it sent the request on to another host.</summary>
internal sealed class HubReply : IDisposable
{
    /// <summary>Creates it.</summary>
    /// <param name="response">The last answer.</param>
    /// <param name="hub">The last answer of the hub's own host; it may be disposed, its headers stay.</param>
    public HubReply(HttpResponseMessage response, HttpResponseMessage hub)
    {
        Response = response;
        Commit = Header(hub, "X-Repo-Commit");
        Etag = Header(hub, "X-Linked-Etag") ?? Header(hub, "ETag");
        var length = hub.IsSuccessStatusCode ? hub.Content.Headers.ContentLength : null;
        Size = long.TryParse(Header(hub, "X-Linked-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : length;
    }

    /// <summary>The last answer.</summary>
    public HttpResponseMessage Response { get; }

    /// <summary><c>X-Repo-Commit</c>.</summary>
    public string? Commit { get; }

    /// <summary><c>X-Linked-Etag</c>, which is the file's, before <c>ETag</c>, which may be the pointer's.</summary>
    public string? Etag { get; }

    /// <summary><c>X-Linked-Size</c>, else the body's length; of a part, the part's.</summary>
    public long? Size { get; }

    /// <inheritdoc/>
    public void Dispose() => Response.Dispose();

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
