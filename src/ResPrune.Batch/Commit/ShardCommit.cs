using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Commit;

/// <summary>
/// <c>commits/{n}.json</c>: the attempt whose rows are the shard's published ones. Also what <see cref="ShardLedger.WriteAttemptAsync"/> returns:
/// the record that <see cref="ShardLedger.TryCommitAsync"/> will try to create.
/// </summary>
public sealed record ShardCommit
{
    /// <summary>The batch.</summary>
    public required BatchId Batch { get; init; }

    /// <summary>The shard.</summary>
    public required int Shard { get; init; }

    /// <summary>The attempt.</summary>
    public required AttemptId Attempt { get; init; }

    /// <summary>Blob that holds the rows.</summary>
    public required string Blob { get; init; }

    /// <summary>Its version.</summary>
    public required string ETag { get; init; }

    /// <summary>Its bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Lower-case hex SHA-256 of its bytes.</summary>
    public required string Sha256 { get; init; }

    /// <summary>When the attempt was written, in Unix seconds.</summary>
    public required long WrittenAt { get; init; }

    /// <summary>What answered; null when nothing ran (rows closed by cancel or expiry).</summary>
    public EngineStamp? Engine { get; init; }

    /// <summary>Sums over the rows.</summary>
    public required RowTotals Totals { get; init; }
}
