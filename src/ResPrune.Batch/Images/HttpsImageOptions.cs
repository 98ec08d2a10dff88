using System.ComponentModel.DataAnnotations;

namespace ResPrune.Batch.Images;

/// <summary>Which web servers images may be fetched from, and how long that may take. Default: none.</summary>
public sealed record HttpsImageOptions
{
    /// <summary>Hosts: a name such as <c>images.example.org</c>, or <c>*.example.org</c> for every name below it. Empty (default): https is off.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Longest time for one image, redirects and repeats included. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Most redirects to follow, each to an allowed host. Default 3.</summary>
    [Range(0, 20)]
    public int MaxRedirects { get; init; } = 3;

    /// <summary>
    /// Tries after the first, each from the first URL on, when the server is busy (408, 429, 5xx) or the connection broke. Default 2. Nothing above repeats
    /// a fetch.
    /// </summary>
    [Range(0, 20)]
    public int Retries { get; init; } = 2;

    /// <summary>Wait before the second try, about; doubles with each, with jitter. Default 200 ms. A server that asks for a wait gets that one, within <see cref="Timeout"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);
}
