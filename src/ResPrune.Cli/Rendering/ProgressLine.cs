using ResPrune.Batch.Batches;
using ResPrune.Cluster.Batches;

namespace ResPrune.Cli.Rendering;

/// <summary>A run under way in one line.</summary>
internal static class ProgressLine
{
    /// <summary>The line, without markup.</summary>
    /// <param name="snapshot">The run.</param>
    /// <param name="imagesPerRow">Pictures per row; below 1 when several questions are asked about each.</param>
    public static string Of(BatchSnapshot snapshot, double imagesPerRow)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (snapshot.Status == BatchStatus.Validating) return "reading the input";
        if (snapshot.Status == BatchStatus.Finalizing) return $"{Quantity.Count(snapshot.RowsDone)} done, writing the results";
        var sum = snapshot.Committed.Add(snapshot.Running);
        List<string> parts =
        [
            $"{Quantity.Count(snapshot.RowsDone)}/{Quantity.Count(snapshot.Rows)} done",
            $"{Quantity.Count(sum.Failed)} failed",
            $"{Quantity.Rate(snapshot.RowsPerSecond * imagesPerRow)} images/s",
        ];
        if (snapshot.Remaining is { } remaining) parts.Add($"{Quantity.Span(remaining)} left");
        var tokens = sum.VisualTokens;
        if (tokens.Total > 0) parts.Add($"{Quantity.Percent((double)tokens.Kept / tokens.Total)} of tokens kept");
        if (snapshot.DeviceBusyShare is { } busy) parts.Add($"device {Quantity.Percent(busy)} busy");
        if (snapshot.Problem is { } problem) parts.Add($"trouble: {TerminalText.Clean(problem, 120)}");
        return string.Join(", ", parts);
    }
}
