using System.Diagnostics.Metrics;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Storage;

/// <summary>Metrics of the calls to the blob store.</summary>
internal sealed class StorageInstruments
{
    /// <summary>The try succeeded.</summary>
    public const string Success = "success";

    /// <summary>The try failed and is repeated.</summary>
    public const string Retried = "retry";

    /// <summary>The try failed and was the last.</summary>
    public const string Failed = "error";

    private readonly Histogram<double> _duration;

    public StorageInstruments(IMeterFactory meters)
    {
        _duration = meters.Create(EngineInstruments.MeterName).CreateHistogram(
            "resprune.storage.operation.duration",
            "s",
            "Duration of one try of a blob store operation.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
            });
    }

    /// <summary>A try came to its end.</summary>
    public void OperationFinished(string operation, string status, TimeSpan duration) =>
        _duration.Record(duration.TotalSeconds, new("operation", operation), new KeyValuePair<string, object?>("status", status));
}
