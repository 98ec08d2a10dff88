using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Rows;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Storage;
using ResPrune.Cluster.Tracing;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Workers;

/// <summary>
/// (5) Runs one lease: reads the lines, gives every one its row, writes the attempt, commits it, tells the coordinator. Runs on the thread
/// pool, never on a grain's scheduler, because it takes as long as the device needs.
/// </summary>
internal sealed partial class ShardRunner(
    IGrainFactory grains,
    BatchContexts batches,
    BatchStorage storage,
    ShardAnswerer answerer,
    WorkerInstruments instruments,
    IOptions<GpuWorkerOptions> options,
    TimeProvider time,
    ILogger<ShardRunner> logger)
{
    private const int Tellings = 4;

    private readonly GpuWorkerOptions _options = options.Value;

    /// <summary>
    /// Runs the lease to whatever end and tells the coordinator. Throws nothing: the next shard must not suffer from this one.
    /// </summary>
    /// <param name="worker">Key of the worker.</param>
    /// <param name="lease">What it was given.</param>
    /// <param name="engine">The engine of its device.</param>
    /// <param name="feed">The worker's bound on rows in flight.</param>
    /// <param name="answered">Set when all rows have their outcome and only the writing is left.</param>
    /// <param name="abandon">Cancelled when the worker has no time left.</param>
    public async Task<ShardEnd> RunAsync(
        string worker, ShardLease lease, IVisionLanguageEngine engine, ShardFeed feed, TaskCompletionSource answered, CancellationToken abandon)
    {
        using var span = ShardActivities.StartAttempt(worker, lease);
        using var attempt = new ShardAttempt(worker, lease, engine, abandon) { Span = span };
        var reports = KeepReportingAsync(attempt);
        try
        {
            var rows = await AnswerAndCommitAsync(attempt, feed, answered);
            await TellAsync(lease, grain => grain.CompleteAsync(lease.Shard, lease.Attempt, CancellationToken.None));
            return new ShardEnd(rows);
        }
        catch (OperationCanceledException) when (attempt.IsLost)
        {
            Ended(attempt, WorkerInstruments.Expired);
            LogLost(logger, worker, lease.Batch.Value, lease.Shard);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The worker or its engine is stopping; nothing is wrong with the shard.
            Ended(attempt, WorkerInstruments.HandedBack);
            await TellAsync(lease, grain => grain.ReturnAsync(lease.Shard, lease.Attempt, CancellationToken.None));
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or HttpRequestException)
        {
            // The store is in trouble, which no row is to blame for: the shard waits until it works again.
            Ended(attempt, WorkerInstruments.StoreError, exception);
            LogFailed(logger, exception, worker, lease.Batch.Value, lease.Shard, lease.Try);
            await TellAsync(lease, grain => grain.ReturnAsync(lease.Shard, lease.Attempt, CancellationToken.None));
            return new ShardEnd(0, exception.Message, IsStoreTrouble: true);
        }
        catch (Exception exception)
        {
            Ended(attempt, WorkerInstruments.Error, exception);
            LogFailed(logger, exception, worker, lease.Batch.Value, lease.Shard, lease.Try);
            await TellAsync(lease, grain => grain.FailAsync(lease.Shard, lease.Attempt, exception.Message, CancellationToken.None));
            return new ShardEnd(0, exception.Message);
        }
        finally
        {
            attempt.End();
            await reports;
        }

        return new ShardEnd(0);
    }

    private async Task<long> AnswerAndCommitAsync(ShardAttempt attempt, ShardFeed feed, TaskCompletionSource answered)
    {
        var lease = attempt.Lease;
        var batch = await batches.GetAsync(lease.Batch, attempt.Token);
        var shard = batch.Plan.Shards[lease.Shard];
        ShardActivities.Opened(attempt.Span, shard, attempt.Engine.Model.Name);
        var isGivenUp = lease.GiveUpReason is not null;
        var rows = await answerer.AnswerAsync(attempt, batch, shard, feed, () => ReportAsync(attempt));
        answered.TrySetResult();
        if (!isGivenUp) HeedEngineFailures(lease, rows);
        await ReportAsync(attempt);
        // (15) First the attempt's own blob, then the create-only commit record. Only the record publishes.
        var started = time.GetTimestamp();
        var stamp = isGivenUp ? null : EngineStamps.Of(attempt.Engine.Model);
        using var span = ShardActivities.StartCommit(attempt);
        var commit = await storage.WriteAttemptAsync(lease.Batch, shard, lease.Attempt, rows, stamp, attempt.Token);
        ShardActivities.Written(attempt.Span, commit, attempt.Fetching);
        var result = await storage.TryCommitAsync(commit, attempt.Token);
        instruments.Written(time.GetElapsedTime(started));
        if (result.Outcome == CommitOutcome.LostRace)
        {
            Ended(attempt, WorkerInstruments.LostRace);
            LogLost(logger, attempt.Worker, lease.Batch.Value, lease.Shard);
        }
        else
        {
            ShardActivities.Ended(attempt.Span, WorkerInstruments.Committed);
            instruments.ShardCommitted(commit.Totals, attempt.Engine.Model.Name);
        }

        return rows.Count;
    }

    private void Ended(ShardAttempt attempt, string result, Exception? failure = null)
    {
        instruments.AttemptEnded(result);
        ShardActivities.Ended(attempt.Span, result, failure);
    }

    /// <summary>A device that fails at most of what it is given must not turn a batch into errors: another one is asked before that is believed.</summary>
    private void HeedEngineFailures(ShardLease lease, IReadOnlyCollection<AttemptRow> rows)
    {
        if (lease.Isolated) return;
        var failed = rows.Select(row => row.Result).OfType<ErrorRow>().Where(row => row.Code == RowErrorCode.EngineError).ToList();
        if (failed.Count < _options.EngineFailureRows || failed.Count * 2 <= rows.Count) return;
        throw new EngineFailureException($"the engine failed at {failed.Count} of {rows.Count} rows; the last one: {failed[^1].Message}");
    }

    private async Task KeepReportingAsync(ShardAttempt attempt)
    {
        try
        {
            while (true)
            {
                await attempt.Progress.WaitForNewsAsync(_options.ReportInterval, time, attempt.Token);
                await ReportAsync(attempt);
            }
        }
        catch (OperationCanceledException)
        {
            // The attempt has ended.
        }
    }

    private async Task ReportAsync(ShardAttempt attempt)
    {
        var (totals, answers) = attempt.Progress.Take();
        var device = attempt.Engine.Statistics;
        var report = new ShardReport
        {
            Worker = attempt.Worker,
            Shard = attempt.Lease.Shard,
            Attempt = attempt.Lease.Attempt,
            Totals = totals,
            FirstAnswers = answers,
            DeviceBusySeconds = device.BusySeconds,
            DeviceStarvedSeconds = device.StarvedSeconds,
            Line = attempt.Progress.Line,
        };
        try
        {
            attempt.Heed(await Coordinator(attempt.Lease).ReportAsync(report, attempt.Token));
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !attempt.Token.IsCancellationRequested)
        {
            // The coordinator may be moving to another silo. The work goes on; the commit record decides whether it counts.
            LogNotHeard(logger, attempt.Worker, attempt.Lease.Batch.Value, exception.Message);
        }
    }

    private async Task TellAsync(ShardLease lease, Func<IBatchGrain, Task> message)
    {
        for (var telling = 1; ; telling++)
        {
            try
            {
                await message(Coordinator(lease));
                return;
            }
            catch (Exception exception) when (telling < Tellings)
            {
                LogNotHeard(logger, "a worker", lease.Batch.Value, exception.Message);
                await Task.Delay(_options.ReportInterval * telling, time);
            }
            catch (Exception exception)
            {
                // Nothing is lost: the lease runs out, and whoever takes the shard next finds the commit record.
                LogNotHeard(logger, "a worker", lease.Batch.Value, exception.Message);
                return;
            }
        }
    }

    private IBatchGrain Coordinator(ShardLease lease) => grains.GetGrain<IBatchGrain>(lease.Batch.Value);
}
