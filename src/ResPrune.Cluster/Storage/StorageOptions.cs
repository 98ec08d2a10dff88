using System.ComponentModel.DataAnnotations;

namespace ResPrune.Cluster.Storage;

/// <summary>How the cluster treats calls to the blob store. The store itself repeats what may pass; nothing here does.</summary>
public sealed class StorageOptions
{
    /// <summary>Longest time of one operation, whatever the store repeats for it included. Default 3 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(3);
}
