using System.Diagnostics;
using ResPrune.Batch.Batches;
using ResPrune.Cluster.Tracing;

namespace ResPrune.Server.Tracing;

/// <summary>The span that a batch's trace begins with: everything that is done for the batch later hangs on it.</summary>
public static class SubmitActivity
{
    private static readonly ActivitySource Source = new("ResPrune.Server", typeof(SubmitActivity).Assembly.GetName().Version?.ToString(3));

    /// <summary>Starts it; null when nobody listens.</summary>
    public static Activity? Start(BatchId batch) =>
        Source.StartActivity("batch submit", ActivityKind.Producer)?.SetTag(TraceAttributes.Batch, batch.Value);

    /// <summary>Starts it before it is known which batch is submitted, if any; <see cref="Submits"/> says it. Null when nobody listens.</summary>
    public static Activity? Start() => Source.StartActivity("batch submit", ActivityKind.Producer);

    /// <summary>Says which batch is submitted, or, with null, that none is: then the span is not exported.</summary>
    public static void Submits(Activity? span, BatchRecord? record)
    {
        if (span is null) return;
        if (record is null)
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return;
        }

        span.SetTag(TraceAttributes.Batch, record.Id.Value);
        Stored(span, record);
    }

    /// <summary>A batch that was submitted before goes on in its own trace: links the two.</summary>
    public static void Stored(Activity? span, BatchRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (span is null || record.TraceParent == span.Id) return;
        if (ActivityContext.TryParse(record.TraceParent, traceState: null, isRemote: true, out var first)) span.AddLink(new ActivityLink(first));
    }
}
