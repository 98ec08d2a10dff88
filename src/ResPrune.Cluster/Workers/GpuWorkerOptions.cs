using System.ComponentModel.DataAnnotations;

namespace ResPrune.Cluster.Workers;

/// <summary>Settings of the GPU workers of one silo.</summary>
public sealed class GpuWorkerOptions
{
    /// <summary>Shards one worker answers at a time; with two the device never waits at a shard's border. Default 2.</summary>
    [Range(1, 64)]
    public int ShardsInFlight { get; set; } = 2;

    /// <summary>
    /// Shards one worker may hold beyond <see cref="ShardsInFlight"/> while some are answered and only being written: a store that takes a second
    /// now and then must not keep the device waiting. One that goes on being slow does. Default 4.
    /// </summary>
    [Range(1, 64)]
    public int ShardsWriting { get; set; } = 4;

    /// <summary>
    /// Rows of one worker whose image is being fetched or is with the engine, over all its shards; bounds the image bytes held.
    /// A small multiple of the engine's batch size keeps the device fed. Default 32.
    /// </summary>
    [Range(1, 65536)]
    public int RowsInFlight { get; set; } = 32;

    /// <summary>
    /// How many more times a row is given to an engine that failed on it before it becomes an <c>engine_error</c> row. Default 1.
    /// </summary>
    [Range(0, 10)]
    public int EngineRetries { get; set; } = 1;

    /// <summary>
    /// Fewest rows of a shard that must fail in the engine, if they are most of them, for the attempt to fail: the device is suspected
    /// before the rows, and the shard tried elsewhere. Default 8.
    /// </summary>
    [Range(1, 65536)]
    public int EngineFailureRows { get; set; } = 8;

    /// <summary>Failed shards in a row after which a worker is taken out for <see cref="BenchTime"/>. Default 3.</summary>
    [Range(1, 1000)]
    public int FailuresToBench { get; set; } = 3;

    /// <summary>How long a worker that fails on every shard takes no work before it tries one again. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan BenchTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Longest time one row may take, waiting for the device included, before it becomes a <c>timeout</c> row. Default 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "7.00:00:00")]
    public TimeSpan RowTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Rows of a batch, about, that have a span of their own where there is tracing: all of a smaller batch, an even spread of a larger one.
    /// Default 1000.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int TracedRows { get; set; } = 1000;

    /// <summary>How often a worker tells the batch what it has done, which also renews its lease. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan ReportInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Longest time between two questions for work while there is none; a new batch is announced and does not wait for it. Default 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan IdlePollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Time a stopping worker may spend on finishing its shards before it hands them back. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
