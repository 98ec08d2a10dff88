using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Batches;

/// <content>The batch as it is now.</content>
internal sealed partial class BatchGrain
{
    private BatchSnapshot Snapshot()
    {
        var record = _record!;
        var running = record.IsTerminal ? RowTotals.Zero : _board?.Running ?? RowTotals.Zero;
        var now = time.GetUtcNow();
        return new BatchSnapshot
        {
            Batch = _id,
            Status = record.Status,
            Rows = record.Plan?.Rows ?? 0,
            Committed = _committed,
            Running = running,
            RowsFoundCommitted = _foundCommitted,
            Shards = record.Plan?.Shards ?? 0,
            ShardsCommitted = record.IsTerminal ? record.Plan?.Shards ?? 0 : _board?.Committed ?? 0,
            ShardsLeased = record.IsTerminal ? 0 : _board?.Held ?? 0,
            Workers = record.IsTerminal ? 0 : _board?.Workers ?? 0,
            Retries = _board?.Retries ?? 0,
            RowsPerSecond = _rate.PerSecond(RowsDone(), now),
            Elapsed = now - _started,
            DeviceBusyShare = _devices.BusyShare,
            FirstAnswers = [.. _firstAnswers],
            Problem = record.Errors is { Data: [var error, ..] } ? error.Message : _problem ?? (record.IsTerminal || IsCancelling ? null : _entry.Problem),
        };
    }
}
