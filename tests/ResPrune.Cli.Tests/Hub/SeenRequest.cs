namespace ResPrune.Cli.Tests.Hub;

/// <summary>A request as a server saw it.</summary>
/// <param name="IsHub">Whether the hub saw it, or the host it sends to.</param>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path.</param>
/// <param name="From">The first byte asked for.</param>
/// <param name="Authorization">The header; null when it was not sent.</param>
internal sealed record SeenRequest(bool IsHub, string Method, string Path, long From, string? Authorization)
{
    /// <summary>The file it is about.</summary>
    public string FileName => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>Whether it asks for a file's content.</summary>
    public bool IsContent => Method == "GET" && !Path.StartsWith("/api/", StringComparison.Ordinal);
}
