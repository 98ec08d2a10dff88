using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Json;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Commit;

/// <summary>
/// (15) Answers of shards: first the attempt's own blob, then one create-only commit record, which is the moment they are published. Any number
/// of workers may try the same shard; exactly one attempt is published. Being the owner of a shard entitles nobody.
/// </summary>
public sealed class ShardLedger(IBlobStore store, TimeProvider time)
{
    private const int MaxCommitBytes = 1 << 20;

    // Records on their way at the same time: ten million rows have more than a hundred thousand records.
    private const int ReadWindow = 16;
    private const string CommitGone = "the commit record existed and is gone; commit records are never deleted.";

    /// <summary>
    /// Stores the rows of one attempt, in input order, where only this attempt looks. Repeating it with the same attempt id is harmless
    /// until the attempt is committed.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="attempt">This try.</param>
    /// <param name="rows">One for every line of the shard, in any order.</param>
    /// <param name="engine">What answered; null when nothing ran.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The record for <see cref="TryCommitAsync"/>.</returns>
    /// <exception cref="RowPairingException">A row's line, id, request id or image digest is not what the worker asked about, or rows are missing.</exception>
    public async Task<ShardCommit> WriteAttemptAsync(
        BatchId batch,
        ShardSpec shard,
        AttemptId attempt,
        IReadOnlyCollection<AttemptRow> rows,
        EngineStamp? engine,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(shard);
        ArgumentNullException.ThrowIfNull(rows);
        RowPairing.Check(batch, shard, rows);
        var results = rows.OrderBy(row => row.Line).Select(row => row.Result).ToList();
        var content = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(content, JsonLineOptions.Writer))
        {
            foreach (var row in results)
            {
                JsonSerializer.Serialize(json, row, BatchJsonContext.Stored.ResultRow);
                json.Flush();
                content.Write("\n"u8);
                json.Reset();
            }
        }

        var blob = BatchBlobs.Attempt(batch, shard.Ordinal, attempt);
        var written = await store.WriteAsync(blob, content.WrittenMemory, BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        return new ShardCommit
        {
            Batch = batch,
            Shard = shard.Ordinal,
            Attempt = attempt,
            Blob = blob,
            ETag = written.ETag ?? throw new IOException($"The store refused an unconditional write of '{blob}'."),
            Length = content.WrittenCount,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(content.WrittenSpan)),
            WrittenAt = time.GetUtcNow().ToUnixTimeSeconds(),
            Engine = engine,
            Totals = RowTotals.Of(results),
        };
    }

    /// <summary>
    /// Publishes an attempt unless the shard is published already. After an <see cref="IOException"/> the outcome is unknown: call again
    /// with the same record.
    /// </summary>
    public async Task<CommitResult> TryCommitAsync(ShardCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        var content = JsonSerializer.SerializeToUtf8Bytes(commit, BatchJsonContext.Readable.ShardCommit);
        var name = BatchBlobs.Commit(commit.Batch, commit.Shard);
        var written = await store.WriteAsync(name, content, BlobWriteCondition.CreateOnly, cancellationToken).ConfigureAwait(false);
        if (written.IsWritten) return new CommitResult(CommitOutcome.Committed, commit);
        var standing = await ReadCommitAsync(commit.Batch, commit.Shard, cancellationToken).ConfigureAwait(false)
            ?? throw new BatchCorruptedException(commit.Batch, name, CommitGone);
        var outcome = standing.Attempt == commit.Attempt ? CommitOutcome.AlreadyCommittedBySameAttempt : CommitOutcome.LostRace;
        return new CommitResult(outcome, standing);
    }

    /// <summary>The published attempt of a shard; null while there is none.</summary>
    public async Task<ShardCommit?> ReadCommitAsync(BatchId batch, int shard, CancellationToken cancellationToken)
    {
        var content = await store.ReadAsync(BatchBlobs.Commit(batch, shard), MaxCommitBytes, cancellationToken).ConfigureAwait(false);
        return content is null ? null : Parse(batch, BatchBlobs.Commit(batch, shard), content.Bytes.Span);
    }

    /// <summary>All published attempts, in shard order.</summary>
    public IAsyncEnumerable<ShardCommit> ReadCommitsAsync(BatchId batch, CancellationToken cancellationToken) => ReadAhead.SelectAsync(
        store.ListAsync(BatchBlobs.Commits(batch), cancellationToken),
        (name, token) => ReadNamedAsync(batch, name, token),
        ReadWindow,
        cancellationToken);

    /// <summary>The published attempts of some shards with their rows, in the order of the shards.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="shards">Shards that are published.</param>
    /// <param name="window">Shards in memory at the same time.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="BatchCorruptedException">A record or its rows are gone, or not what was committed.</exception>
    internal IAsyncEnumerable<(ShardSpec Planned, CommittedShard Shard)> ReadShardsAsync(
        BatchId batch, IAsyncEnumerable<ShardSpec> shards, int window, CancellationToken cancellationToken) => ReadAhead.SelectAsync(
        shards,
        async (planned, token) =>
        {
            var commit = await ReadNamedAsync(batch, BatchBlobs.Commit(batch, planned.Ordinal), token).ConfigureAwait(false);
            return (planned, new CommittedShard(commit, await ReadAttemptAsync(commit, token).ConfigureAwait(false)));
        },
        window,
        cancellationToken);

    /// <summary>The ordinals of the published shards, in order, by the names of their records; the records are not read.</summary>
    internal async IAsyncEnumerable<int> ListCommittedAsync(BatchId batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var name in store.ListAsync(BatchBlobs.Commits(batch), cancellationToken).ConfigureAwait(false))
        {
            var digits = Path.GetFileNameWithoutExtension(name);
            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var shard) || name != BatchBlobs.Commit(batch, shard))
                throw new BatchCorruptedException(batch, name, "no commit record has such a name.");
            yield return shard;
        }
    }

    /// <summary>Which shards are published, and the sums over their rows.</summary>
    public async Task<BatchProgress> ReadProgressAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var shards = new SortedSet<int>();
        var totals = RowTotals.Zero;
        await foreach (var commit in ReadCommitsAsync(batch, cancellationToken).ConfigureAwait(false))
        {
            shards.Add(commit.Shard);
            totals = totals.Add(commit.Totals);
        }

        return new BatchProgress(shards, totals);
    }

    /// <summary>The rows of a published attempt, in input order, checked against the hash in its record.</summary>
    /// <exception cref="BatchCorruptedException">The rows are gone or are not the ones that were committed.</exception>
    public async IAsyncEnumerable<ResultRow> ReadRowsAsync(
        ShardCommit commit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        var content = await ReadAttemptAsync(commit, cancellationToken).ConfigureAwait(false);
        foreach (var row in ParseRows(new CommittedShard(commit, content))) yield return row;
    }

    /// <summary>The rows of a shard that was read whole.</summary>
    /// <exception cref="BatchCorruptedException">The rows are cut off.</exception>
    internal static IEnumerable<ResultRow> ParseRows(CommittedShard shard)
    {
        var (commit, lines) = shard;
        while (lines.Length > 0)
        {
            var end = lines.Span.IndexOf((byte)'\n');
            if (end < 0) throw new BatchCorruptedException(commit.Batch, commit.Blob, "the last row is cut off.");
            yield return JsonSerializer.Deserialize(lines.Span[..end], BatchJsonContext.Stored.ResultRow)
                ?? throw new BatchCorruptedException(commit.Batch, commit.Blob, "a row is null.");
            lines = lines[(end + 1)..];
        }
    }

    private async Task<ShardCommit> ReadNamedAsync(BatchId batch, string name, CancellationToken cancellationToken)
    {
        var content = await store.ReadAsync(name, MaxCommitBytes, cancellationToken).ConfigureAwait(false)
            ?? throw new BatchCorruptedException(batch, name, CommitGone);
        var commit = Parse(batch, name, content.Bytes.Span);
        return name == BatchBlobs.Commit(batch, commit.Shard)
            ? commit
            : throw new BatchCorruptedException(batch, name, $"the record is about shard {commit.Shard}.");
    }

    private async Task<ReadOnlyMemory<byte>> ReadAttemptAsync(ShardCommit commit, CancellationToken cancellationToken)
    {
        if (commit.Length > Array.MaxLength)
            throw new BatchCorruptedException(commit.Batch, commit.Blob, $"{commit.Length} bytes of rows cannot be right.");
        var content = await store.ReadAsync(commit.Blob, Array.MaxLength, cancellationToken).ConfigureAwait(false)
            ?? throw new BatchCorruptedException(commit.Batch, commit.Blob, "the rows of a committed attempt are gone.");
        var hash = Convert.ToHexStringLower(SHA256.HashData(content.Bytes.Span));
        return hash == commit.Sha256
            ? content.Bytes
            : throw new BatchCorruptedException(commit.Batch, commit.Blob, $"its SHA-256 is {hash}, the commit record says {commit.Sha256}.");
    }

    private static ShardCommit Parse(BatchId batch, string name, ReadOnlySpan<byte> content)
    {
        try
        {
            return JsonSerializer.Deserialize(content, BatchJsonContext.Readable.ShardCommit) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new BatchCorruptedException(batch, name, $"not a commit record: {exception.Message}");
        }
    }
}
