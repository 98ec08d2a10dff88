using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;
using ResPrune.Cluster.Batches;

namespace ResPrune.Cli.Fleet;

/// <summary>A batch of a fleet in numbers; what <c>--json</c> prints.</summary>
internal sealed record BatchReport
{
    /// <summary>Id of the batch.</summary>
    public required string Batch { get; init; }

    /// <summary>Where it is in its life, in the OpenAI Batch API's words.</summary>
    public required string Status { get; init; }

    /// <summary>Rows of the input; 0 until it is planned.</summary>
    public required long Questions { get; init; }

    /// <summary>Rows with an answer, durable or not.</summary>
    public required long Answered { get; init; }

    /// <summary>Rows without one.</summary>
    public required long Failed { get; init; }

    /// <summary>When it was submitted, Unix seconds.</summary>
    public long? CreatedAt { get; init; }

    /// <summary>When its window runs out, Unix seconds; null when never.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>Rows without an answer by reason.</summary>
    public IReadOnlyDictionary<string, long>? Errors { get; init; }

    /// <summary>Workers on it.</summary>
    public int Workers { get; init; }

    /// <summary>Attempts that were lost and given out again, as far as the present coordinator knows.</summary>
    public int Retries { get; init; }

    /// <summary>Rows a second at the moment.</summary>
    public double RowsPerSecond { get; init; }

    /// <summary>Seconds to the end at this rate; null when that cannot be said.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>What is wrong with the batch as a whole; null when nothing is.</summary>
    public string? Problem { get; init; }

    /// <summary>A batch as its coordinator sees it.</summary>
    public static BatchReport Of(BatchSnapshot snapshot, BatchRecord? record = null)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var sum = snapshot.Committed.Add(snapshot.Running);
        return new BatchReport
        {
            Batch = snapshot.Batch.Value,
            Status = Word(snapshot.Status),
            Questions = snapshot.Rows,
            Answered = sum.Answered,
            Failed = sum.Failed,
            CreatedAt = record?.CreatedAt,
            ExpiresAt = record?.ExpiresAt,
            Errors = sum.Errors.ToDictionary(error => error.Key.ToName(), error => error.Value),
            Workers = snapshot.Workers,
            Retries = snapshot.Retries,
            RowsPerSecond = snapshot.RowsPerSecond,
            SecondsLeft = snapshot.IsTerminal ? null : snapshot.Remaining?.TotalSeconds,
            Problem = snapshot.Problem,
        };
    }

    /// <summary>A batch as it is stored: what an ended one is, and what is known of another when no silo answers.</summary>
    public static BatchReport Of(BatchRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new BatchReport
        {
            Batch = record.Id.Value,
            Status = Word(record.Status),
            Questions = record.RequestCounts.Total,
            Answered = record.RequestCounts.Completed,
            Failed = record.RequestCounts.Failed,
            CreatedAt = record.CreatedAt,
            ExpiresAt = record.ExpiresAt,
            Problem = record.Errors is { Data: [var error, ..] } ? error.Message : null,
        };
    }

    private static string Word(BatchStatus status) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());
}
