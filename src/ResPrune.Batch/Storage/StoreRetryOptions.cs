using System.ComponentModel.DataAnnotations;

namespace ResPrune.Batch.Storage;

/// <summary>How often, and for how long, a request to a store is repeated. Nothing above the store repeats it again.</summary>
public sealed record StoreRetryOptions
{
    /// <summary>Tries after the first. Default 7, which with the waits lasts longer than an outage of ten seconds.</summary>
    [Range(0, 100)]
    public int Retries { get; init; } = 7;

    /// <summary>Wait before the second try, about; doubles with each, with jitter. Default 250 ms. A server that asks for a wait gets that one.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest wait between two tries. Default 8 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Longest time for one request, all its tries and waits included. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Tries, the first included.</summary>
    internal int Tries => Retries + 1;
}
