using ResPrune.Batch.Batches;
using ResPrune.Cluster.Batches;

namespace ResPrune.Cli.Rendering;

/// <summary>A batch of a fleet in one line.</summary>
internal static class FleetLine
{
    /// <summary>One under way: progress, rate, time left, workers, retries.</summary>
    public static string Of(BatchSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (snapshot.Status == BatchStatus.Validating) return WithProblem("reading the input", snapshot);
        if (snapshot.Status == BatchStatus.Finalizing) return WithProblem($"{Quantity.Count(snapshot.RowsDone)} done, writing the results", snapshot);
        var sum = snapshot.Committed.Add(snapshot.Running);
        List<string> parts =
        [
            $"{Quantity.Count(snapshot.RowsDone)}/{Quantity.Count(snapshot.Rows)} done",
            $"{Quantity.Count(sum.Failed)} failed",
            $"{Quantity.Rate(snapshot.RowsPerSecond)} rows/s",
        ];
        if (snapshot.Remaining is { } remaining) parts.Add($"{Quantity.Span(remaining)} left");
        parts.Add(snapshot.Workers == 1 ? "1 worker" : $"{Quantity.Count(snapshot.Workers)} workers");
        parts.Add($"{Quantity.Count(snapshot.Retries)} retries");
        if (snapshot.Status == BatchStatus.Cancelling) parts.Add("being cancelled");
        return WithProblem(string.Join(", ", parts), snapshot);
    }

    /// <summary>One that has ended.</summary>
    public static string OfEnded(BatchSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var status = snapshot.Status.ToString().ToLowerInvariant();
        var rows = $"{Quantity.Count(snapshot.Committed.Answered)} answered, {Quantity.Count(snapshot.Committed.Failed)} failed";
        return WithProblem($"{snapshot.Batch.Value} {status}: {rows}", snapshot);
    }

    private static string WithProblem(string line, BatchSnapshot snapshot) =>
        snapshot.Problem is { } problem ? $"{line}, trouble: {TerminalText.Clean(problem, 160)}" : line;
}
