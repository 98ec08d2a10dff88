namespace ResPrune.Cli.Hub;

/// <summary>How long and how much is waited for, read and tried.</summary>
internal sealed record HubLimits
{
    /// <summary>Until a connection stands.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>From a request to the headers of its answer.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>In this time at least <see cref="StallBytes"/> of a body must arrive, or its end; else the connection counts as cut.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>See <see cref="StallTimeout"/>. Also what a connection must have brought not to count as a failure when it is cut.</summary>
    public int StallBytes { get; init; } = 64 << 10;

    /// <summary>How often a request is repeated without getting further.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>Before the first repetition; it doubles each time, with jitter.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait a server may ask for. The hub's own windows are five minutes.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The largest JSON answer.</summary>
    public long JsonBytes { get; init; } = 64 << 20;

    /// <summary>The most redirects of one request.</summary>
    public int Redirects { get; init; } = 8;

    /// <summary>The most pages of a listing.</summary>
    public int Pages { get; init; } = 1000;

    /// <summary>Files fetched at the same time.</summary>
    public int Connections { get; init; } = 4;
}
