using System.ComponentModel.DataAnnotations;

namespace ResPrune.Batch.Storage;

/// <summary>How <see cref="AzureBlobStore"/> talks to the service. The defaults suit the service; tests make them small.</summary>
public sealed record AzureBlobStoreOptions
{
    /// <summary>
    /// Bytes of one block of an upload, and the most that is written in one request. Default 8 MiB: with the service's 50,000 blocks a blob may
    /// have 400 GB, and an upload holds at most <see cref="ParallelBlocks"/> + 1 blocks in memory.
    /// </summary>
    [Range(1, 1 << 30)]
    public int BlockBytes { get; init; } = 8 << 20;

    /// <summary>Blocks of one upload on their way at the same time. Default 2.</summary>
    [Range(1, 64)]
    public int ParallelBlocks { get; init; } = 2;

    /// <summary>Names asked for in one page of a listing; null (default) takes the service's, 5000.</summary>
    [Range(1, 5000)]
    public int? PageSize { get; init; }

    /// <summary>How requests are repeated that failed on the way, were throttled (429) or met a busy service (408, 500, 502, 503, 504).</summary>
    public StoreRetryOptions Retry { get; init; } = new();

    /// <summary>Longest silence of the network within one try. Default 10 s.</summary>
    public TimeSpan NetworkTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
