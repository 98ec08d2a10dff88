using System.ComponentModel.DataAnnotations;

namespace ResPrune.Cluster.Storage;

/// <summary>How the cluster treats calls to the blob store.</summary>
public sealed class StorageOptions
{
    /// <summary>Deadline of one try of one operation. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan TryTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Tries after the first. Default 4.</summary>
    [Range(0, 100)]
    public int Retries { get; set; } = 4;

    /// <summary>
    /// Longest wait before the first retry; doubles with each, and the wait itself is drawn evenly from 0 to it. Default 200 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait between two tries. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(10);
}
