using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using ResPrune.Batch.Batches;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Storage;
using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Fleet;

/// <summary>
/// (4) Which work next. Keeps only what is reported again and again: coordinators register every few seconds, workers ask or announce themselves every
/// few seconds. Reentrant, because coordinators register while they are being asked for work; no state is held over an await. It never waits for the
/// store: a coordinator that is still reading its batch says at once that it has nothing yet.
/// </summary>
[GrainType("resprune.fleet")]
[Reentrant]
internal sealed partial class FleetGrain(
    BatchStorage storage, IOptions<FleetOptions> options, TimeProvider time, ILogger<FleetGrain> logger) : Grain, IFleetGrain, IRemindable
{
    private const string WakeUp = "wake-up";

    // Coordinators that are started side by side after a restart: each reads its record, and some may wait for a slow store.
    private const int StartedAbreast = 64;

    // Of an idle worker's questions for slow shards; all batches get their turn at later questions.
    private const int StragglersAsked = 16;

    private const int MostSlow = 3;

    private static readonly TimeSpan WakeUpInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    private readonly OpenBatches _batches = new();
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
    public Task<int> RegisterBatchAsync(BatchRegistration registration, CancellationToken cancellationToken)
    {
        if (_batches.Register(registration)) WakeWorkers();
        return Task.FromResult(_workers.Count(registration.WeightsDigest, time.GetUtcNow()));
    }

    /// <inheritdoc/>
    public Task RemoveBatchAsync(BatchId batch, CancellationToken cancellationToken)
    {
        _batches.Remove(batch);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task AnnounceAsync(WorkRequest worker, CancellationToken cancellationToken)
    {
        _workers.Note(worker, time.GetUtcNow());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FleetModel>> ListModelsAsync(CancellationToken cancellationToken) => Task.FromResult(_workers.Models(time.GetUtcNow()));

    /// <inheritdoc/>
    public async Task<ShardLease?> RequestWorkAsync(WorkRequest request, CancellationToken cancellationToken)
    {
        _workers.Note(request, time.GetUtcNow());
        var slow = 0;
        foreach (var batch in _batches.WithWaiting(request, time.GetUtcNow()))
        {
            var (lease, isLate) = await AskAsync(batch, grain => grain.TryLeaseAsync(request, cancellationToken));
            if (lease is not null) return lease;
            // A silo that hangs may have many coordinators; the worker asks again soon, and those are passed over then.
            if (isLate && ++slow == MostSlow) return null;
        }

        if (!request.IsIdle) return null;
        foreach (var batch in _batches.WithRunning(request, StragglersAsked, time.GetUtcNow()))
        {
            var (lease, isLate) = await AskAsync(batch, grain => grain.TryLeaseStragglerAsync(request, cancellationToken));
            if (lease is not null || isLate) return lease;
        }

        return null;
    }

    /// <summary>Asks one coordinator, and does not wait for one that hangs with its silo: what it gives too late is handed back.</summary>
    private async Task<(ShardLease? Lease, bool IsLate)> AskAsync(BatchId batch, Func<IBatchGrain, Task<LeaseOffer>> ask)
    {
        try
        {
            var asked = ask(Coordinator(batch));
            if (await Task.WhenAny(asked, Task.Delay(AnswerTimeout, time)) != asked)
            {
                _batches.NoteSlow(batch, time.GetUtcNow());
                _ = HandBackAsync(batch, asked);
                return (null, IsLate: true);
            }

            var offer = await asked;
            if (offer.Lease is not null) _batches.Take(batch);
            else if (!offer.HasWaiting) _batches.NoteEmpty(batch);
            return (offer.Lease, IsLate: false);
        }
        catch (BatchNotFoundException)
        {
            _batches.Remove(batch);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One batch in trouble must not stop the others.
            LogNoLease(logger, batch.Value, exception.Message);
            _batches.NoteSlow(batch, time.GetUtcNow());
        }

        return (null, IsLate: false);
    }

    private async Task HandBackAsync(BatchId batch, Task<LeaseOffer> late)
    {
        try
        {
            if ((await late).Lease is not { } lease) return;
            await Coordinator(batch).ReturnAsync(lease.Shard, lease.Attempt, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // Then the lease runs out by itself.
            LogNoLease(logger, batch.Value, exception.Message);
        }
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
            using var abreast = new SemaphoreSlim(StartedAbreast);
            var starting = new List<Task>();
            await foreach (var record in storage.ListUnfinishedAsync(LogUnreadable, CancellationToken.None))
            {
                // Not left to the coordinator: the one that answers may be leaving with its silo, as the fleet grain before this one did,
                // and the next one comes only when somebody asks it for work. A batch that has ended meanwhile is removed when it is asked.
                _batches.Register(new BatchRegistration
                {
                    Batch = record.Id,
                    Priority = record.Spec.Priority,
                    WeightsDigest = record.WeightsDigest,
                });
                starting.Add(StartAsync(record.Id, abreast));
            }

            WakeWorkers();
            await Task.WhenAll(starting);
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

    /// <summary>One batch whose record is slow to be read, or whose silo is being lost, holds up no other; it is started again at the next reminder.</summary>
    private async Task StartAsync(BatchId batch, SemaphoreSlim abreast)
    {
        await abreast.WaitAsync();
        try
        {
            await Coordinator(batch).StartAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogNotStarted(logger, batch.Value, exception.Message);
        }
        finally
        {
            abreast.Release();
        }
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch} was not started yet: {Reason}")]
    private static partial void LogNotStarted(ILogger logger, string batch, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The unfinished batches of the store could not all be gone on with; it is tried again.")]
    private static partial void LogNotResumed(ILogger logger, Exception exception);
}
