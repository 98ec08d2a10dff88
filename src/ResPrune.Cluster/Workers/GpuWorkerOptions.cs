using System.ComponentModel.DataAnnotations;

namespace ResPrune.Cluster.Workers;

/// <summary>Settings of the GPU workers of one silo.</summary>
public sealed class GpuWorkerOptions
{
    /// <summary>Shards one worker answers at a time; with two the device never waits at a shard's border. Default 2.</summary>
    [Range(1, 64)]
    public int ShardsInFlight { get; set; } = 2;

    /// <summary>As <see cref="ShardsInFlight"/>, where no shard in flight has more than two rows. Default 32.</summary>
    [Range(1, 1024)]
    public int TinyShardsInFlight { get; set; } = 32;

    /// <summary>
    /// Shards one worker may hold beyond <see cref="ShardsInFlight"/> while some are answered and only being written: a store that takes a second
    /// now and then must not keep the device waiting. One that goes on being slow does. Default 4.
    /// </summary>
    [Range(1, 64)]
    public int ShardsWriting { get; set; } = 4;

    /// <summary>
    /// Bytes of input lines and images of the rows in flight of one worker, and of the lines of shards that wait for their turn: a line may hold a whole
    /// image. One shard or row always gets in. Default 512 MiB.
    /// </summary>
    [Range(1L << 20, 1L << 40)]
    public long BytesInFlight { get; set; } = 512L << 20;

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

    /// <summary>Batches that a worker failed on at the same time before it asks for no work until the first may be tried again. Default 3.</summary>
    [Range(1, 64)]
    public int BatchesToBench { get; set; } = 3;

    /// <summary>Longest time for which a worker leaves a batch alone that it failed on, before it tries it again. Default 1 min.</summary>
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

    /// <summary>How often a worker tells the fleet that it is there and what it serves, also while it is too busy to ask for work. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:20")]
    public TimeSpan AnnounceInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Time a stopping worker may spend on finishing its shards before it hands them back. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
