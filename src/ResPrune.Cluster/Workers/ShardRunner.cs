using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
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

    // Of one report; the others fail again at the next attempt and are reported then.
    private const int MostSuspects = 1000;
    private const int MostSuspectText = 500;

    private readonly GpuWorkerOptions _options = options.Value;
    private readonly ResiliencePipeline _telling = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(),
            MaxRetryAttempts = Tellings - 1,
            Delay = options.Value.ReportInterval,
            BackoffType = DelayBackoffType.Linear,
        })
        .Build();

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
        Func<Task<ShardEnd>> tell;
        try
        {
            var rows = await AnswerAndCommitAsync(attempt, feed, answered);
            tell = () => TellAsync(lease, new ShardEnd(lease.Batch, rows), grain => grain.CompleteAsync(lease.Shard, lease.Attempt, CancellationToken.None));
        }
        catch (Exception exception)
        {
            tell = Judge(attempt, exception);
        }
        finally
        {
            // Before the end is told: a report that came after it would look like a lease of a coordinator that was lost, and take the shard again.
            attempt.End();
            await reports;
        }

        return await tell();
    }

    /// <summary>What an exception says of the attempt, and what is told to the coordinator because of it.</summary>
    private Func<Task<ShardEnd>> Judge(ShardAttempt attempt, Exception exception)
    {
        var lease = attempt.Lease;
        switch (exception)
        {
            case OperationCanceledException when attempt.IsLost:
                Ended(attempt, WorkerInstruments.Expired);
                LogLost(logger, attempt.Worker, lease.Batch.Value, lease.Shard);
                return () => Task.FromResult(new ShardEnd(lease.Batch, 0));
            case DeviceFailedException:
                // Nothing that this device computed is published any more, and the shard is not to blame.
                Ended(attempt, WorkerInstruments.DeviceFailed, exception);
                LogDevice(logger, attempt.Worker, lease.Batch.Value, lease.Shard, exception.Message);
                return () => HandBackAsync(lease, new ShardEnd(lease.Batch, 0, exception.Message, ShardTrouble.Device));
            case SuspectRowsException suspects:
                Ended(attempt, WorkerInstruments.Suspect, exception);
                return () => TellAsync(
                    lease,
                    new ShardEnd(lease.Batch, suspects.Answered),
                    grain => grain.SuspectAsync(lease.Shard, lease.Attempt, suspects.Rows, CancellationToken.None));
            case OperationCanceledException or ObjectDisposedException:
                // The worker or its engine is stopping; nothing is wrong with the shard.
                Ended(attempt, WorkerInstruments.HandedBack);
                return () => HandBackAsync(lease, new ShardEnd(lease.Batch, 0));
            case ImageRootException { IsRefused: true }:
                return Failed(attempt, WorkerInstruments.NotOpened, ShardFaultKind.ImagesRefused, ShardTrouble.Batch, exception);
            case ImageRootException:
                return Failed(attempt, WorkerInstruments.NotOpened, ShardFaultKind.ImagesUnreachable, ShardTrouble.Batch, exception);
            case IOException or TimeoutException or HttpRequestException:
                // The store is in trouble, which no row is to blame for: the shard waits until it works again.
                return Failed(attempt, WorkerInstruments.StoreError, ShardFaultKind.StoreTrouble, ShardTrouble.Batch, exception);
            default:
                return Failed(attempt, WorkerInstruments.Error, ShardFaultKind.AttemptFailed, ShardTrouble.Attempt, exception);
        }
    }

    private Task<ShardEnd> HandBackAsync(ShardLease lease, ShardEnd end) =>
        TellAsync(lease, end, grain => grain.ReturnAsync(lease.Shard, lease.Attempt, CancellationToken.None));

    private Func<Task<ShardEnd>> Failed(
        ShardAttempt attempt, string result, ShardFaultKind kind, ShardTrouble trouble, Exception exception)
    {
        var lease = attempt.Lease;
        Ended(attempt, result, exception);
        LogFailed(logger, exception, attempt.Worker, lease.Batch.Value, lease.Shard, lease.Try);
        var fault = new ShardFault { Kind = kind, Message = exception.Message };
        return () => TellAsync(
            lease,
            new ShardEnd(lease.Batch, 0, exception.Message, trouble),
            grain => grain.FailAsync(lease.Shard, lease.Attempt, fault, CancellationToken.None));
    }

    private async Task<long> AnswerAndCommitAsync(ShardAttempt attempt, ShardFeed feed, TaskCompletionSource answered)
    {
        var lease = attempt.Lease;
        // The coordinator gives shards to workers of the batch's weights only; a mixed batch must not come of a mistake in that.
        if (lease.WeightsDigest is { } weights && weights != attempt.Engine.Model.WeightsDigest)
            throw new InvalidOperationException($"The batch is answered by the weights {weights}, this worker has {attempt.Engine.Model.WeightsDigest}.");
        var batch = await batches.GetAsync(lease.Batch, attempt.Token);
        var shard = lease.Spec;
        ShardActivities.Opened(attempt.Span, shard, attempt.Engine.Model.Name);
        var isGivenUp = lease.GiveUpReason is not null;
        var rows = await answerer.AnswerAsync(attempt, batch, shard, feed, () => ReportAsync(attempt));
        answered.TrySetResult();
        if (!isGivenUp) await RequireWorkingDeviceAsync(attempt, rows);
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

    /// <summary>
    /// Before anything is published the device proves that it still computes rightly. Then rows that failed in the engine are published only when they
    /// failed before, on another worker or on this one: the word of one worker is not enough.
    /// </summary>
    /// <exception cref="DeviceFailedException">The device does not compute rightly any more.</exception>
    /// <exception cref="SuspectRowsException">Rows failed for the first time.</exception>
    private static async Task RequireWorkingDeviceAsync(ShardAttempt attempt, IReadOnlyCollection<AttemptRow> rows)
    {
        await attempt.Engine.CheckDeviceAsync(attempt.Token);
        var known = attempt.Lease.SuspectLines.Concat(attempt.Lease.PoisonLines).ToHashSet();
        var suspects = rows.Select(row => row.Result).OfType<ErrorRow>()
            .Where(row => row.Code is RowErrorCode.EngineError or RowErrorCode.Timeout && !known.Contains(row.Line))
            .Take(MostSuspects)
            .Select(row => new SuspectRow { Line = row.Line, Code = row.Code, Message = row.Message[..Math.Min(row.Message.Length, MostSuspectText)] })
            .ToList();
        if (suspects.Count > 0) throw new SuspectRowsException(suspects, rows.Count);
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

    private async Task<ShardEnd> TellAsync(ShardLease lease, ShardEnd end, Func<IBatchGrain, Task> message)
    {
        try
        {
            await _telling.ExecuteAsync(async _ =>
            {
                try
                {
                    await message(Coordinator(lease));
                }
                catch (Exception exception)
                {
                    LogNotHeard(logger, "a worker", lease.Batch.Value, exception.Message);
                    throw;
                }
            });
        }
        catch (Exception)
        {
            // Nothing is lost: the lease runs out, and whoever takes the shard next finds the commit record.
        }

        return end;
    }

    private IBatchGrain Coordinator(ShardLease lease) => grains.GetGrain<IBatchGrain>(lease.Batch.Value);
}
