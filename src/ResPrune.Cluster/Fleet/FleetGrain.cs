using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using ResPrune.Batch.Batches;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Storage;
using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Fleet;

/// <summary>
/// (4) Which work next. Keeps only what it is told again and again: coordinators register every few seconds, workers ask every few seconds.
/// Reentrant, because coordinators register while they are being asked for work; no state is held over an await.
/// </summary>
[GrainType("resprune.fleet")]
[Reentrant]
internal sealed partial class FleetGrain(
    BatchStorage storage, IOptions<FleetOptions> options, TimeProvider time, ILogger<FleetGrain> logger) : Grain, IFleetGrain, IRemindable
{
    private const string WakeUp = "wake-up";
    private static readonly TimeSpan WakeUpInterval = TimeSpan.FromMinutes(1);

    private readonly FairTurns<BatchId> _batches = new();
    private readonly KnownWorkers _workers = new(options.Value.WorkerMemory);
    private Task _resuming = Task.CompletedTask;
    private bool _hasResumed;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Resume();
        if (options.Value.Reminders) _ = RemindAsync();
        return Task.CompletedTask;
    }

    /// <summary>Looks into the store again: whatever went wrong between a submission and its registration, the batch is found within a minute.</summary>
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Resume();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RegisterBatchAsync(BatchId batch, int priority, bool hasNewWork, CancellationToken cancellationToken)
    {
        if (_batches.Set(batch, priority) || hasNewWork) WakeWorkers();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveBatchAsync(BatchId batch, CancellationToken cancellationToken)
    {
        _batches.Remove(batch);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<ShardLease?> RequestWorkAsync(string worker, bool isIdle, CancellationToken cancellationToken)
    {
        _workers.Note(worker, time.GetUtcNow());
        return await AskInTurnAsync(batch => batch.TryLeaseAsync(worker, cancellationToken))
            ?? (isIdle ? await AskInTurnAsync(batch => batch.TryLeaseStragglerAsync(worker, cancellationToken)) : null);
    }

    private async Task<ShardLease?> AskInTurnAsync(Func<IBatchGrain, Task<ShardLease?>> ask)
    {
        foreach (var batch in _batches.Order())
        {
            try
            {
                if (await ask(Coordinator(batch)) is not { } lease) continue;
                _batches.Take(batch);
                return lease;
            }
            catch (BatchNotFoundException)
            {
                _batches.Remove(batch);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // One batch in trouble must not stop the others.
                LogNoLease(logger, batch.Value, exception.Message);
            }
        }

        return null;
    }

    private void WakeWorkers()
    {
        foreach (var worker in _workers.Recent(time.GetUtcNow())) _ = WakeAsync(worker);
    }

    private async Task WakeAsync(string worker)
    {
        try
        {
            await GrainFactory.GetGrain<IGpuWorkerGrain>(worker).WakeAsync();
        }
        catch (Exception exception)
        {
            // Its silo is gone; it comes back by asking for work.
            LogWorkerGone(logger, worker, exception.Message);
            _workers.Forget(worker);
        }
    }

    private void Resume()
    {
        if (options.Value.ResumeUnfinished && _resuming.IsCompleted) _resuming = ResumeAsync();
    }

    private async Task ResumeAsync()
    {
        try
        {
            var unfinished = await Task.Run(() => storage.ListUnfinishedAsync(LogUnreadable, CancellationToken.None));
            foreach (var record in unfinished)
            {
                // Not left to the coordinator: the one that answers may be leaving with its silo, as the fleet grain before this one did,
                // and the next one comes only when somebody asks it for work. A batch that has ended meanwhile is removed when it is asked.
                await RegisterBatchAsync(record.Id, record.Spec.Priority, hasNewWork: false, CancellationToken.None);
            }

            foreach (var record in unfinished) await Coordinator(record.Id).StartAsync(CancellationToken.None);
            _hasResumed = true;
        }
        catch (Exception exception)
        {
            LogNotResumed(logger, exception);
            // Try again with a new activation rather than forget batches that nobody else knows of; later there is the next reminder.
            if (!_hasResumed) DeactivateOnIdle();
        }

        void LogUnreadable(BatchCorruptedException fault) => LogCorrupted(logger, fault.Message);
    }

    /// <summary>Beside the turns: the store of the reminders may be away for a while, and only the comfort of being woken depends on it.</summary>
    private async Task RemindAsync()
    {
        try
        {
            await this.RegisterOrUpdateReminder(WakeUp, WakeUpInterval, WakeUpInterval);
        }
        catch (Exception exception)
        {
            LogNoReminder(logger, exception.Message);
        }
    }

    private IBatchGrain Coordinator(BatchId batch) => GrainFactory.GetGrain<IBatchGrain>(batch.Value);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch} could not be asked for work: {Reason}")]
    private static partial void LogNoLease(ILogger logger, string batch, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "GPU worker {Worker} is not there any more: {Reason}")]
    private static partial void LogWorkerGone(ILogger logger, string worker, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The fleet grain could not set its reminder: {Reason}")]
    private static partial void LogNoReminder(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A batch in the store is not gone on with: {Fault}")]
    private static partial void LogCorrupted(ILogger logger, string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "The unfinished batches of the store could not all be gone on with; it is tried again.")]
    private static partial void LogNotResumed(ILogger logger, Exception exception);
}
