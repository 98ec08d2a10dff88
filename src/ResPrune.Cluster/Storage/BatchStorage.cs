using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Storage;

/// <summary>The batch protocol as grains and workers use it: every step with a deadline, and safe to repeat; the store repeats its requests itself.</summary>
internal sealed class BatchStorage(IBlobStore store, IImageRoots roots, ImageFetcherOptions images, StoragePolicy policy, TimeProvider time)
{
    private const int RecordsAbreast = 64;

    private readonly BatchCatalog _catalog = new(store);
    private readonly ConcurrentDictionary<BatchId, bool> _ended = new();
    private readonly ShardPlanner _planner = new(store, time);
    private readonly ShardReader _reader = new(store);
    private readonly ShardLedger _ledger = new(store, time);
    private readonly BatchFinalizer _finalizer = new(store, time);

    /// <summary>The record of a batch; null when there is none.</summary>
    public Task<BatchRecord?> ReadRecordAsync(BatchId batch, CancellationToken cancellationToken) => policy.RunAsync(
        StorageOperations.ReadBatch,
        async token => (await _catalog.ReadAsync(batch, token))?.Record,
        cancellationToken);

    /// <summary>
    /// Batches that have not ended, each as soon as its record is read: one that is slow to be read holds up no other. The first time it takes as
    /// long as reading the record of every batch there ever was, many at a time; records that had ended are not read again.
    /// </summary>
    /// <param name="onCorrupted">Told of each batch whose record is not one; the others are listed nevertheless. Called by many threads.</param>
    /// <param name="cancellationToken">Stops listing.</param>
    /// <exception cref="IOException">Records could not be had; thrown when all others are listed, as is what else the store throws.</exception>
    public async IAsyncEnumerable<BatchRecord> ListUnfinishedAsync(
        Action<BatchCorruptedException> onCorrupted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Off the turns of a grain that asks: a folder is listed without a pause.
        var batches = await Task.Run(() => policy.RunAsync(
            StorageOperations.ReadBatch,
            async token => await _catalog.ListIdsAsync(token).Where(batch => !_ended.ContainsKey(batch)).ToListAsync(token),
            cancellationToken), cancellationToken);
        // At most as many as were listed, which are held anyway.
        var found = Channel.CreateUnbounded<BatchRecord>(new UnboundedChannelOptions { SingleReader = true });
        _ = ReadAllAsync();
        await foreach (var record in found.Reader.ReadAllAsync(cancellationToken)) yield return record;

        async Task ReadAllAsync()
        {
            Exception? fault = null;
            try
            {
                var abreast = new ParallelOptions { MaxDegreeOfParallelism = RecordsAbreast, CancellationToken = cancellationToken };
                await Parallel.ForEachAsync(batches, abreast, async (batch, token) => fault = await ReadAsync(batch, token) ?? fault);
            }
            catch (Exception exception)
            {
                fault = exception;
            }

            found.Writer.Complete(fault);
        }

        async ValueTask<Exception?> ReadAsync(BatchId batch, CancellationToken token)
        {
            try
            {
                if (await ReadRecordAsync(batch, token) is not { } record) return null;
                if (record.IsTerminal) _ended.TryAdd(record.Id, true);
                else await found.Writer.WriteAsync(record, token);
            }
            catch (BatchCorruptedException exception)
            {
                onCorrupted(exception);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                return exception;
            }

            return null;
        }
    }

    /// <summary>
    /// Plans the batch where that is not done. Takes as long as reading the input twice; not under a deadline.
    /// </summary>
    public Task<BatchRecord> EnsurePlannedAsync(BatchId batch, CancellationToken cancellationToken) =>
        _planner.EnsurePlannedAsync(batch, cancellationToken);

    /// <summary>The plan of a planned batch. Takes as long as it has shards; not under a deadline.</summary>
    public Task<BatchPlan> ReadPlanAsync(BatchId batch, CancellationToken cancellationToken) => _planner.ReadPlanAsync(batch, cancellationToken);

    /// <summary>
    /// Lets the batch's window begin, unless it has: by this clock, which is the one that ends it, never by the submitter's.
    /// </summary>
    public Task<BatchRecord> BeginWindowAsync(BatchId batch, CancellationToken cancellationToken) => policy.RunAsync(
        StorageOperations.WriteBatch,
        token => _catalog.UpdateAsync(
            batch,
            record => record is { ExpiresAt: null, IsTerminal: false, Spec.ExpiresAfterSeconds: { } seconds }
                ? record with { ExpiresAt = time.GetUtcNow().ToUnixTimeSeconds() + seconds }
                : record,
            token),
        cancellationToken);

    /// <summary>Fixes the weights that answer the batch, unless they are fixed.</summary>
    public Task<BatchRecord> FixModelAsync(BatchId batch, string model, string weightsDigest, CancellationToken cancellationToken) => policy.RunAsync(
        StorageOperations.WriteBatch,
        token => _catalog.UpdateAsync(
            batch,
            record => record.WeightsDigest is null && !record.IsTerminal ? record with { Model = model, WeightsDigest = weightsDigest } : record,
            token),
        cancellationToken);

    /// <summary>
    /// Which shards are published, and the sums over their rows. Takes as long as there are commits; not under a deadline.
    /// </summary>
    public Task<BatchProgress> ReadProgressAsync(BatchId batch, CancellationToken cancellationToken) =>
        _ledger.ReadProgressAsync(batch, cancellationToken);

    /// <summary>Sums over the rows of a batch that has ended, from its manifest; zero when it failed before it had rows.</summary>
    public Task<RowTotals> ReadTotalsAsync(BatchRecord record, CancellationToken cancellationToken) => policy.RunAsync(
        StorageOperations.ReadBatch,
        async token => (await _finalizer.ReadManifestAsync(record.Id, token))?.Totals ?? RowTotals.Zero,
        cancellationToken);

    /// <summary>Moves the record to <see cref="BatchStatus.Cancelling"/> unless the batch is past that.</summary>
    public Task<BatchRecord> CancelAsync(BatchId batch, CancellationToken cancellationToken) => policy.RunAsync(
        StorageOperations.WriteBatch,
        token => _catalog.UpdateAsync(
            batch,
            record => record.CanMoveTo(BatchStatus.Cancelling) ? record.MoveTo(BatchStatus.Cancelling, time.GetUtcNow()) : record,
            token),
        cancellationToken);

    /// <summary>What is wrong with the stored input as a whole; null when it is the one that was submitted.</summary>
    public Task<string?> FindInputFaultAsync(BatchRecord record, CancellationToken cancellationToken) => policy.RunAsync(
        StorageOperations.ReadBatch,
        async token =>
        {
            try
            {
                await _reader.CheckInputAsync(record, token);
                return null;
            }
            catch (BatchCorruptedException exception)
            {
                return exception.Message;
            }
        },
        cancellationToken);

    /// <summary>Ends the batch as <see cref="BatchStatus.Failed"/> unless it is past that; what is committed stays in the store.</summary>
    public Task<BatchRecord> FailAsync(BatchId batch, BatchError error, CancellationToken cancellationToken) => policy.RunAsync(
        StorageOperations.WriteBatch,
        token => _catalog.UpdateAsync(
            batch,
            record => record.CanMoveTo(BatchStatus.Failed)
                ? record.MoveTo(BatchStatus.Failed, time.GetUtcNow()) with { Errors = new BatchErrorList([error]) }
                : record,
            token),
        cancellationToken);

    /// <summary>What a worker needs of a batch that is planned, besides its shards.</summary>
    /// <exception cref="ImageRootException">The place that its images are in cannot be had.</exception>
    public async Task<BatchContext> OpenAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var record = await ReadRecordAsync(batch, cancellationToken) ?? throw new KeyNotFoundException($"There is no batch {batch}.");
        var root = record.Spec.ImageRoot;
        var place = root is null ? null : await OpenImagesAsync(root, cancellationToken);
        return new BatchContext(record, new ImageFetcher(place, roots.Urls, images, time));
    }

    private async Task<IImagePlace> OpenImagesAsync(string root, CancellationToken cancellationToken)
    {
        try
        {
            return await policy.RunAsync(StorageOperations.ReadBatch, token => roots.OpenAsync(root, token), cancellationToken);
        }
        catch (BlobStoreUnavailableException exception)
        {
            throw new ImageRootException(exception.Message, exception.IsPermanent, exception);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or HttpRequestException)
        {
            throw new ImageRootException(exception.Message, isRefused: false, exception);
        }
    }

    /// <summary>The lines of a shard. A long one may take its time, as long as line after line comes.</summary>
    public Task<IReadOnlyList<BatchRequestLine>> ReadShardAsync(BatchRecord record, ShardSpec shard, CancellationToken cancellationToken) =>
        policy.RunAsync<IReadOnlyList<BatchRequestLine>>(
            StorageOperations.ReadShard,
            async (comesFurther, token) =>
            {
                var lines = new List<BatchRequestLine>(shard.Rows);
                await foreach (var line in _reader.ReadAsync(record, shard, token))
                {
                    lines.Add(line);
                    comesFurther();
                }

                return lines;
            },
            cancellationToken);

    /// <summary>Stores the rows of an attempt where only it looks.</summary>
    public Task<ShardCommit> WriteAttemptAsync(
        BatchId batch,
        ShardSpec shard,
        AttemptId attempt,
        IReadOnlyCollection<AttemptRow> rows,
        EngineStamp? engine,
        CancellationToken cancellationToken) => policy.RunAsync(
        StorageOperations.WriteAttempt,
        token => _ledger.WriteAttemptAsync(batch, shard, attempt, rows, engine, token),
        cancellationToken);

    /// <summary>
    /// Publishes an attempt unless the shard is published; repeating it after a lost reply is part of the ledger's protocol.
    /// </summary>
    public Task<CommitResult> TryCommitAsync(ShardCommit commit, CancellationToken cancellationToken) =>
        policy.RunAsync(StorageOperations.Commit, token => _ledger.TryCommitAsync(commit, token), cancellationToken);

    /// <summary>The commit record of a shard; null while there is none.</summary>
    public Task<ShardCommit?> ReadCommitAsync(BatchId batch, int shard, CancellationToken cancellationToken) =>
        policy.RunAsync(StorageOperations.ReadCommit, token => _ledger.ReadCommitAsync(batch, shard, token), cancellationToken);

    /// <summary>Writes the result files of a batch whose shards are all committed. Not under a deadline; repeatable.</summary>
    public Task<BatchRecord> FinalizeAsync(BatchId batch, CancellationToken cancellationToken) =>
        _finalizer.FinalizeAsync(batch, cancellationToken);

    /// <summary>Commits what is missing as cancelled rows, then writes the result files. Not under a deadline; repeatable.</summary>
    public Task<BatchRecord> CloseCancelledAsync(BatchId batch, CancellationToken cancellationToken) =>
        _finalizer.CloseAsync(batch, BatchStatus.Cancelled, cancellationToken);

    /// <summary>Commits what is missing as expired rows, then writes the result files. Not under a deadline; repeatable.</summary>
    public Task<BatchRecord> CloseExpiredAsync(BatchId batch, CancellationToken cancellationToken) =>
        _finalizer.CloseAsync(batch, BatchStatus.Expired, cancellationToken);
}
