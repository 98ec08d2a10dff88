using System.Diagnostics.Metrics;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Storage;

/// <summary>Metrics of the calls to the blob store.</summary>
internal sealed class StorageInstruments
{
    /// <summary>The operation succeeded.</summary>
    public const string Success = "success";

    /// <summary>A request of it failed and is repeated by the store.</summary>
    public const string Retried = "retry";

    /// <summary>The operation failed; nothing below repeats it.</summary>
    public const string Failed = "error";

    private readonly Histogram<double> _duration;
    private readonly Counter<long> _faults;

    public StorageInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(EngineInstruments.MeterName);
        _faults = meter.CreateCounter<long>("resprune.storage.faults", "{try}", "Requests to the blob store that failed and were repeated (retry), and operations that failed (error).");
        foreach (var operation in StorageOperations.All)
            foreach (var status in (string[])[Retried, Failed])
                _faults.Add(0, new("operation", operation), new KeyValuePair<string, object?>("status", status));
        _duration = meter.CreateHistogram(
            "resprune.storage.operation.duration",
            "s",
            "Duration of a blob store operation; of the failed try alone where status is retry.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
            });
    }

    /// <summary>An operation, or a try within it, came to its end.</summary>
    public void OperationFinished(string operation, string status, TimeSpan duration)
    {
        KeyValuePair<string, object?> by = new("operation", operation), ended = new("status", status);
        _duration.Record(duration.TotalSeconds, by, ended);
        if (status != Success) _faults.Add(1, by, ended);
    }
}
