using System.Diagnostics;
using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Tracing;

/// <summary>Spans of a coordinator.</summary>
internal static class BatchActivities
{
    /// <summary>Planning, or reading the plan and the commits again after a coordinator was lost.</summary>
    public static Activity? StartPlan(BatchRecord record) =>
        ClusterActivities.Start("batch plan", ActivityKind.Internal, record.Id.Value, record.TraceParent);

    /// <summary>What there is to do, and how much of it was found done.</summary>
    public static void Planned(Activity? span, BatchRecord planned, BatchProgress progress) => span?
        .SetTag(TraceAttributes.Rows, planned.Plan?.Rows)
        .SetTag(TraceAttributes.Shards, planned.Plan?.Shards)
        .SetTag(TraceAttributes.ShardsCommitted, progress.CommittedShards.Count);

    /// <summary>Writing the result files.</summary>
    public static Activity? StartFinalize(BatchRecord record) =>
        ClusterActivities.Start("batch finalize", ActivityKind.Internal, record.Id.Value, record.TraceParent);

    /// <summary>The batch has ended.</summary>
    public static void Ended(Activity? span, BatchRecord record, RowTotals totals)
    {
        span?.SetTag(TraceAttributes.BatchStatus, JsonNamingPolicy.SnakeCaseLower.ConvertName(record.Status.ToString()));
        ClusterActivities.Describe(span, totals);
        if (record.Errors is { Data: [var error, ..] }) span?.SetStatus(ActivityStatusCode.Error).SetTag(TraceAttributes.Error, error.Code);
    }
}
