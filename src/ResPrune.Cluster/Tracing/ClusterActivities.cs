using System.Diagnostics;
using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Tracing;

/// <summary>
/// Where the spans of this layer come from. Their parent is not the call that led to them but the submission, whose context is kept with the
/// batch: so one trace goes on through whatever coordinator and worker take the batch up. Nobody listens, nothing is made.
/// </summary>
internal static class ClusterActivities
{
    /// <summary>Spans named <c>ResPrune.Cluster</c>.</summary>
    public static ActivitySource Source { get; } = new("ResPrune.Cluster", typeof(ClusterActivities).Assembly.GetName().Version?.ToString(3));

    /// <summary>Starts a span of a batch; under the current one where the batch has no trace yet.</summary>
    public static Activity? Start(string name, ActivityKind kind, string batch, string? traceParent)
    {
        if (!Source.HasListeners()) return null;
        ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var parent);
        return Source.StartActivity(name, kind, parent)?.SetTag(TraceAttributes.Batch, batch);
    }

    /// <summary>What rows came to, and what they cost stage by stage.</summary>
    public static void Describe(Activity? span, RowTotals totals)
    {
        if (span is not { IsAllDataRequested: true }) return;
        span.SetTag(TraceAttributes.RowsAnswered, totals.Answered)
            .SetTag(TraceAttributes.RowsFailed, totals.Failed)
            .SetTag(TraceAttributes.VisualTokensTotal, totals.VisualTokens.Total)
            .SetTag(TraceAttributes.VisualTokensKept, totals.VisualTokens.Kept)
            .SetTag(TraceAttributes.InputTokens, totals.PromptTokens)
            .SetTag(TraceAttributes.OutputTokens, totals.CompletionTokens);
        Describe(span, totals.Work);
    }

    /// <summary>What one row or many cost stage by stage.</summary>
    public static void Describe(Activity span, RowWork work) => span
        .SetTag(TraceAttributes.StageSeconds + "preprocess", work.PreprocessSeconds)
        .SetTag(TraceAttributes.StageSeconds + "encode", work.EncodeSeconds)
        .SetTag(TraceAttributes.StageSeconds + "prune", work.PruneSeconds)
        .SetTag(TraceAttributes.StageSeconds + "prefill", work.PrefillSeconds)
        .SetTag(TraceAttributes.StageSeconds + "decode", work.DecodeSeconds);
}
