using System.Diagnostics;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Tracing;

/// <summary>Spans of a worker's attempt at a shard.</summary>
internal static class ShardActivities
{
    /// <summary>The attempt as a whole, from the lease to its end.</summary>
    public static Activity? StartAttempt(string worker, ShardLease lease) =>
        ClusterActivities.Start("shard attempt", ActivityKind.Consumer, lease.Batch.Value, lease.TraceParent)?
            .SetTag(TraceAttributes.Shard, lease.Shard)
            .SetTag(TraceAttributes.Attempt, lease.Attempt.Value)
            .SetTag(TraceAttributes.Try, lease.Try)
            .SetTag(TraceAttributes.Worker, worker);

    /// <summary>Which rows it is about.</summary>
    public static void Opened(Activity? span, ShardSpec shard, string model) => span?
        .SetTag(TraceAttributes.FirstLine, shard.FirstLine)
        .SetTag(TraceAttributes.Rows, shard.Rows)
        .SetTag(TraceAttributes.Model, model);

    /// <summary>A row failed: said in the attempt, whether or not the row has a span of its own.</summary>
    public static void RowFailed(Activity? span, ErrorRow row)
    {
        if (span is not { IsAllDataRequested: true }) return;
        span.AddEvent(new ActivityEvent("row failed", tags: new ActivityTagsCollection
        {
            [TraceAttributes.Request] = row.RequestId,
            [TraceAttributes.Error] = row.Code.ToName(),
        }));
    }

    /// <summary>Writing the attempt and publishing it.</summary>
    public static Activity? StartCommit(ShardAttempt attempt) =>
        attempt.Span is null ? null : ClusterActivities.Source.StartActivity("shard commit", ActivityKind.Internal, attempt.Span.Context);

    /// <summary>The rows are stored; <paramref name="fetching"/> is the time spent on fetching their pictures, summed.</summary>
    public static void Written(Activity? span, ShardCommit commit, TimeSpan fetching)
    {
        ClusterActivities.Describe(span, commit.Totals);
        span?.SetTag(TraceAttributes.StageSeconds + "fetch", fetching.TotalSeconds);
    }

    /// <summary>How the attempt ended; what is nobody's fault is no error.</summary>
    public static void Ended(Activity? span, string result, Exception? failure = null)
    {
        span?.SetTag(TraceAttributes.Result, result);
        if (failure is not null) span?.SetStatus(ActivityStatusCode.Error).SetTag(TraceAttributes.Error, failure.GetType().FullName);
    }
}
