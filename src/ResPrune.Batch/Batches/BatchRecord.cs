using System.Text.Json.Serialization;

namespace ResPrune.Batch.Batches;

/// <summary>
/// <c>batch.json</c>: the OpenAI batch object with what ResPrune needs beside it. Times are Unix seconds, as that API has them.
/// </summary>
public sealed record BatchRecord
{
    /// <summary>The batch.</summary>
    public required BatchId Id { get; init; }

    /// <summary>Always <c>batch</c>.</summary>
    public string Object { get; init; } = "batch";

    /// <summary>The one endpoint that batches are made for.</summary>
    public string Endpoint { get; init; } = "/v1/chat/completions";

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// Digest of the weights that answer the batch: only workers with these get its shards. Null until the submitter or the first worker has fixed it.
    /// </summary>
    public string? WeightsDigest { get; init; }

    /// <summary>Problems of the batch as a whole; null when there are none.</summary>
    public BatchErrorList? Errors { get; init; }

    /// <summary>Where the batch is in its life.</summary>
    public required BatchStatus Status { get; init; }

    /// <summary>The stored input.</summary>
    public required string InputFileId { get; init; }

    /// <summary>The answers; set when the batch has ended with at least one.</summary>
    public string? OutputFileId { get; init; }

    /// <summary>The failures; set when the batch has ended with at least one.</summary>
    public string? ErrorFileId { get; init; }

    /// <summary>When it was submitted.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When it became <see cref="BatchStatus.InProgress"/>.</summary>
    public long? InProgressAt { get; init; }

    /// <summary>When its window runs out; null means never.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>When it became <see cref="BatchStatus.Finalizing"/>.</summary>
    public long? FinalizingAt { get; init; }

    /// <summary>When it became <see cref="BatchStatus.Completed"/>.</summary>
    public long? CompletedAt { get; init; }

    /// <summary>When it became <see cref="BatchStatus.Failed"/>.</summary>
    public long? FailedAt { get; init; }

    /// <summary>When it became <see cref="BatchStatus.Expired"/>.</summary>
    public long? ExpiredAt { get; init; }

    /// <summary>When it became <see cref="BatchStatus.Cancelling"/>.</summary>
    public long? CancellingAt { get; init; }

    /// <summary>When it became <see cref="BatchStatus.Cancelled"/>.</summary>
    public long? CancelledAt { get; init; }

    /// <summary>Rows by outcome, as of the last write of this record; the commits are the truth while the batch runs.</summary>
    public BatchRequestCounts RequestCounts { get; init; } = new(0, 0, 0);

    /// <summary>Tokens of the answers; set when the batch has ended.</summary>
    public BatchUsage? Usage { get; init; }

    /// <summary>The submitter's own labels.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>
    /// W3C trace context of the submission, which everything done for the batch is traced under; null (default) when it was not traced.
    /// </summary>
    [JsonPropertyName("traceparent")]
    public string? TraceParent { get; init; }

    /// <summary>What is asked for.</summary>
    public required BatchSpec Spec { get; init; }

    /// <summary>The stored input's version.</summary>
    public required InputReference Input { get; init; }

    /// <summary>The shard plan; null until planned.</summary>
    public PlanReference? Plan { get; init; }

    /// <summary>True when nothing will change any more: completed, failed, expired or cancelled.</summary>
    public bool IsTerminal => Status is BatchStatus.Completed or BatchStatus.Failed or BatchStatus.Expired or BatchStatus.Cancelled;

    /// <summary>The record in a later status, with the moment noted. Moving to the status it has returns it unchanged, so a repeat is harmless.</summary>
    /// <exception cref="InvalidOperationException">The OpenAI status machine has no such step.</exception>
    public BatchRecord MoveTo(BatchStatus status, DateTimeOffset now)
    {
        if (status == Status) return this;
        if (!CanMoveTo(status)) throw new InvalidOperationException($"Batch {Id} is {Status} and cannot become {status}.");
        var at = now.ToUnixTimeSeconds();
        var moved = this with { Status = status };
        return status switch
        {
            BatchStatus.InProgress => moved with { InProgressAt = at },
            BatchStatus.Finalizing => moved with { FinalizingAt = at },
            BatchStatus.Completed => moved with { CompletedAt = at },
            BatchStatus.Failed => moved with { FailedAt = at },
            BatchStatus.Expired => moved with { ExpiredAt = at },
            BatchStatus.Cancelling => moved with { CancellingAt = at },
            BatchStatus.Cancelled => moved with { CancelledAt = at },
            _ => moved,
        };
    }

    /// <summary>
    /// True when the OpenAI status machine has a step from the present status to <paramref name="status"/>. One step is ours: a batch under way
    /// fails when the input it is about is not there any more.
    /// </summary>
    public bool CanMoveTo(BatchStatus status) => Status switch
    {
        BatchStatus.Validating => status is BatchStatus.InProgress or BatchStatus.Failed or BatchStatus.Cancelling,
        BatchStatus.InProgress => status is BatchStatus.Finalizing or BatchStatus.Expired or BatchStatus.Cancelling or BatchStatus.Failed,
        BatchStatus.Finalizing => status is BatchStatus.Completed,
        BatchStatus.Cancelling => status is BatchStatus.Cancelled or BatchStatus.Failed,
        _ => false,
    };
}
