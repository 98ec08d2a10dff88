using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ResPrune.Batch.Batches;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Batches;

/// <summary>Metrics of the batches that this silo coordinates.</summary>
internal sealed class BatchInstruments
{
    private readonly ConcurrentDictionary<BatchId, OpenWork> _open = new();

    public BatchInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(EngineInstruments.MeterName);
        meter.CreateObservableGauge(
            "resprune.batches.open", () => _open.Count, "{batch}", "Batches with work left that this process coordinates.");
        meter.CreateObservableGauge(
            "resprune.shards.open",
            () => new[]
            {
                new Measurement<int>(_open.Values.Sum(open => open.Waiting), new KeyValuePair<string, object?>("state", "waiting")),
                new Measurement<int>(_open.Values.Sum(open => open.Held), new KeyValuePair<string, object?>("state", "held")),
            },
            "{shard}",
            "Shards without a commit record of the batches that this process coordinates: waiting for a worker, or held by one.");
        meter.CreateObservableGauge(
            "resprune.rows.open",
            () => _open.Values.Sum(open => open.Rows),
            "{row}",
            "Rows without an outcome of the batches that this process coordinates.");
        meter.CreateObservableGauge(
            "resprune.backlog",
            () => _open.Values.Sum(open => open.DeviceSeconds),
            "s",
            "Time that the open rows will take of one device, by what the batch's answers took so far; 1 s a row before the first.");
    }

    /// <summary>So much is left of the batch now.</summary>
    public void Observe(BatchId batch, OpenWork open) => _open[batch] = open;

    /// <summary>The batch has ended, or is coordinated elsewhere from now on.</summary>
    public void Closed(BatchId batch) => _open.TryRemove(batch, out _);
}
