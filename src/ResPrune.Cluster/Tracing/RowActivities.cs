using System.Diagnostics;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Tracing;

/// <summary>
/// Spans of single rows: of so many of a batch and no more, for a span a row would be a flood in a batch of ten million. Which rows have one
/// depends on nothing but their line, so that another attempt at a row has one as well.
/// </summary>
internal static class RowActivities
{
    /// <summary>A row from its line to its outcome; null for the many that have no span.</summary>
    /// <param name="attempt">The attempt it is part of.</param>
    /// <param name="batch">Its batch.</param>
    /// <param name="line">Its line.</param>
    /// <param name="wanted">How many rows of the batch shall have one, about.</param>
    public static Activity? Start(ShardAttempt attempt, BatchContext batch, BatchRequestLine line, int wanted)
    {
        if (attempt.Span is not { IsAllDataRequested: true } parent || !IsChosen(line.LineNumber, batch.Record.Plan?.Rows ?? 0, wanted)) return null;
        return ClusterActivities.Source.StartActivity("row", ActivityKind.Internal, parent.Context)?
            .SetTag(TraceAttributes.Batch, batch.Record.Id.Value)
            .SetTag(TraceAttributes.Request, batch.Record.Id.RequestId(line.LineNumber));
    }

    /// <summary>A part of a row: fetching its picture, or the engine's work on it.</summary>
    public static Activity? StartPart(Activity? row, string name) =>
        row is null ? null : ClusterActivities.Source.StartActivity(name, ActivityKind.Internal, row.Context);

    /// <summary>The row has its outcome.</summary>
    public static void Ended(Activity? row, ResultRow result)
    {
        if (row is null) return;
        if (result is ErrorRow error)
        {
            row.SetStatus(ActivityStatusCode.Error).SetTag(TraceAttributes.Error, error.Code.ToName());
        }
        else if (result is AnswerRow answer)
        {
            row.SetTag(TraceAttributes.VisualTokensTotal, answer.VisualTokens.Total)
                .SetTag(TraceAttributes.VisualTokensKept, answer.VisualTokens.Kept)
                .SetTag(TraceAttributes.InputTokens, answer.PromptTokens)
                .SetTag(TraceAttributes.OutputTokens, answer.CompletionTokens)
                .SetTag("gen_ai.response.finish_reasons", new[] { answer.FinishReason });
            ClusterActivities.Describe(row, answer.Work);
        }
    }

    /// <summary>Whether a line is among the chosen ones: all of a small batch, an even spread of a large one.</summary>
    public static bool IsChosen(long line, long rows, int wanted)
    {
        if (wanted == 0) return false;
        if (rows <= wanted) return true;
        // The finaliser of SplitMix64: neighbouring lines become unlike numbers, evenly spread over [0, 2^64).
        var mixed = (ulong)line * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        mixed ^= mixed >> 31;
        return mixed < ulong.MaxValue * ((double)wanted / rows);
    }
}
