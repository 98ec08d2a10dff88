using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;
using ResPrune.Cluster.Storage;
using ResPrune.Cluster.Tracing;

namespace ResPrune.Cluster.Batches;

/// <summary>
/// (3) The coordinator of one batch. Planning, reading commits and finalising take as long as the batch is big, so they run on the thread
/// pool beside the turns; a call reads at most one small blob, and the next is answered meanwhile where many come.
/// </summary>
[GrainType("resprune.batch")]
internal sealed partial class BatchGrain(
    BatchStorage storage,
    BatchInstruments instruments,
    CoordinatorTurns turns,
    DeadSilos deadSilos,
    IOptions<BatchCoordinatorOptions> options,
    TimeProvider time,
    ILogger<BatchGrain> logger) : Grain, IBatchGrain, IDisposable
{
    private readonly BatchCoordinatorOptions _options = options.Value;
    private readonly RateMeter _rate = new(options.Value.RateWindow);
    private readonly DeviceUse _devices = new();
    private readonly List<FirstAnswer> _firstAnswers = [];
    private readonly BatchTroubles _troubles = new(options.Value);
    private readonly CancellationTokenSource _deactivated = new();
    private BatchId _id;
    private BatchRecord? _record;
    private ShardBoard? _board;
    private RowTotals _committed = RowTotals.Zero;
    private long _foundCommitted;
    private MembershipVersion _seenSilos;
    private DateTimeOffset _started;
    private IGrainTimer? _sweep;
    private Task? _reading;
    private Task? _work;
    private string? _problem;
    private FleetEntry _entry = null!;

    private bool IsCancelling => _record!.Status == BatchStatus.Cancelling;

    private bool IsExpired => _record is { Status: BatchStatus.InProgress, ExpiresAt: { } end } && time.GetUtcNow().ToUnixTimeSeconds() >= end;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _id = BatchId.Parse(this.GetPrimaryKeyString());
        _entry = new FleetEntry(_id, GrainFactory, logger);
        _started = time.GetUtcNow();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        instruments.Closed(_id);
        await _deactivated.CancelAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _deactivated.Dispose();

    /// <inheritdoc/>
    public async Task<BatchSnapshot> StartAsync(CancellationToken cancellationToken)
    {
        await EnsureLoadedAsync(cancellationToken);
        // Before the answer: when this silo is lost right after it, the fleet's questions bring the batch back.
        if (!_record!.IsTerminal) await _entry.RegisterAsync(_record!, _board, hasNewWork: false, cancellationToken);
        return Snapshot();
    }

    /// <inheritdoc/>
    public async Task<BatchSnapshot> GetSnapshotAsync(CancellationToken cancellationToken)
    {
        await EnsureLoadedAsync(cancellationToken);
        return Snapshot();
    }

    /// <inheritdoc/>
    public async Task<BatchSnapshot> CancelAsync(CancellationToken cancellationToken)
    {
        await EnsureLoadedAsync(cancellationToken);
        await CloseEarlyAsync(cancellationToken);
        Advance();
        return Snapshot();
    }

    /// <inheritdoc/>
    public async Task<LeaseState> ReportAsync(ShardReport report, CancellationToken cancellationToken)
    {
        await EnsureLoadedAsync(cancellationToken);
        // A coordinator that is still reading its state cannot know better than the worker.
        if (_board is null && !_record!.IsTerminal) return LeaseState.Held;
        var now = time.GetUtcNow();
        if (_board is null || !_board.Renew(report, now)) return LeaseState.Lost;
        if (report.Totals.Rows > 0) _troubles.NoteOpened();
        _devices.Note(report.Worker, report.DeviceBusySeconds, report.DeviceStarvedSeconds);
        _firstAnswers.AddRange(report.FirstAnswers.Take(_options.FirstAnswers - _firstAnswers.Count));
        _rate.Note(RowsDone(), now);
        if (IsCancelling) return LeaseState.Cancelling;
        return IsExpired ? LeaseState.Expiring : LeaseState.Held;
    }

    /// <inheritdoc/>
    public async Task CompleteAsync(int shard, AttemptId attempt, CancellationToken cancellationToken)
    {
        await EnsureLoadedAsync(cancellationToken);
        // While the state is being read, this commit is in what is read, or found when the shard is leased again and loses its race.
        if (_board is null || _board.IsCommitted(shard)) return;
        var commit = await storage.ReadCommitAsync(_id, shard, cancellationToken);
        // Other calls were answered meanwhile, perhaps another one about this shard.
        if (_board is null || _board.IsCommitted(shard)) return;
        if (commit is null)
        {
            LogNoCommit(logger, _id.Value, shard, attempt.Value);
            _board.Fail(shard, attempt, "the worker reported a commit record that is not there");
            return;
        }

        _board.Commit(shard, time.GetUtcNow());
        _troubles.NoteCommit();
        _committed = _committed.Add(commit.Totals);
        _problem = null;
        _rate.Note(RowsDone(), time.GetUtcNow());
        Observe(_board);
        await HeedErrorBudgetAsync(cancellationToken);
        Advance();
    }

    /// <inheritdoc/>
    public async Task FailAsync(int shard, AttemptId attempt, ShardFault fault, CancellationToken cancellationToken)
    {
        await EnsureLoadedAsync(cancellationToken);
        var worker = _board?.HolderOf(shard, attempt);
        if (worker is null) return;
        LogShardFailed(logger, _id.Value, shard, fault.Message);
        _problem = fault.Message;
        if (fault.Kind == ShardFaultKind.AttemptFailed) _board!.Fail(shard, attempt, fault.Message);
        else _board!.Return(shard, attempt);
        // When the input is not what it was, every attempt at any shard fails, and there is nobody to answer.
        var error = await storage.FindInputFaultAsync(_record!, cancellationToken) is { } changed
            ? new BatchError("input_changed", changed)
            : _troubles.Note(worker, fault, time.GetUtcNow()) ?? FaultOfGivenUp(shard, fault);
        if (error is not null) await EndAsFailedAsync(error, cancellationToken);
        else ShardWaits();
        Advance();
    }

    /// <inheritdoc/>
    public async Task SuspectAsync(int shard, AttemptId attempt, IReadOnlyList<SuspectRow> rows, CancellationToken cancellationToken)
    {
        await EnsureLoadedAsync(cancellationToken);
        if (_board?.Suspect(shard, attempt, rows, time.GetUtcNow()) == true)
        {
            LogSuspected(logger, _id.Value, shard, rows.Count, rows[0].Line, rows[0].Message);
            ShardWaits();
        }

        Advance();
    }

    /// <inheritdoc/>
    public async Task ReturnAsync(int shard, AttemptId attempt, CancellationToken cancellationToken)
    {
        await EnsureLoadedAsync(cancellationToken);
        if (_board?.Return(shard, attempt) == true) ShardWaits();
        Advance();
    }

    /// <summary>A shard is waiting again: the fleet, which may have stopped asking this batch, is told at once.</summary>
    private void ShardWaits()
    {
        if (_board is { Waiting: 1 } && !_record!.IsTerminal) _ = _entry.RegisterAsync(_record!, _board, hasNewWork: true, _deactivated.Token);
    }

    /// <summary>A shard that is given up needs only its lines; when even these cannot be had on several attempts, the batch cannot end otherwise.</summary>
    private BatchError? FaultOfGivenUp(int shard, ShardFault fault) => _board!.FailuresOf(shard) >= 3 * _options.MaxAttempts
        ? new BatchError("shard_unreadable", $"Shard {shard} could not be closed: {fault.Message}")
        : null;

    private Task EnsureLoadedAsync(CancellationToken cancellationToken) =>
        _record is not null ? Task.CompletedTask : (_reading ??= ReadRecordAsync()).WaitAsync(cancellationToken);

    private async Task ReadRecordAsync()
    {
        // The caller keeps this task before it can end.
        await Task.Yield();
        var stop = _deactivated.Token;
        try
        {
            var record = await storage.ReadRecordAsync(_id, stop) ?? throw new BatchNotFoundException(_id.Value);
            if (record.IsTerminal)
            {
                _committed = await storage.ReadTotalsAsync(record, stop);
                _foundCommitted = _committed.Rows;
            }
            else
            {
                // The leases are in this activation: it stays until the batch has ended.
                var every = new GrainTimerCreationOptions(_options.SweepInterval, _options.SweepInterval) { KeepAlive = true };
                _sweep = this.RegisterGrainTimer(SweepAsync, every);
            }

            _record = record;
            Advance();
        }
        finally
        {
            _reading = null;
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        ExpireLeases(asked: true);
        _rate.Note(RowsDone(), time.GetUtcNow());
        if (_board is not null && !_record!.IsTerminal) Observe(_board);
        Advance();
        // Also while it is being planned: the fleet's questions are what brings back a coordinator that was lost with its silo.
        if (!_record!.IsTerminal) await _entry.RegisterAsync(_record!, _board, hasNewWork: false, cancellationToken);
    }

    /// <summary>
    /// Starts whatever the batch needs next and runs beside the turns; one at a time. Called after everything that may matter.
    /// </summary>
    private void Advance()
    {
        if (_record!.IsTerminal || _work is { IsCompleted: false }) return;
        if (_board is null) _work = WorkAsync(LoadAsync);
        else if (_board.IsDone) _work = WorkAsync(() => EndAsync(storage.FinalizeAsync));
        else if (_board.Held > 0) return;
        else if (IsCancelling) _work = WorkAsync(() => EndAsync(storage.CloseCancelledAsync));
        else if (IsExpired) _work = WorkAsync(() => EndAsync(storage.CloseExpiredAsync));
    }

    /// <summary>A failure is told to whoever asks for the snapshot and tried again at the next sweep: it may be the store's.</summary>
    private async Task WorkAsync(Func<Task> work)
    {
        // Leaves the caller's turn first, so that its own call is answered before the work begins.
        await Task.Yield();
        try
        {
            await turns.RunAsync(work, _deactivated.Token);
            _problem = null;
        }
        catch (BatchCorruptedException exception) when (exception.Blob == BatchBlobs.Input(_id))
        {
            await EndAsFailedAsync(new BatchError("input_changed", exception.Message), _deactivated.Token);
        }
        catch (BatchCorruptedException exception) when (exception.Blob == BatchBlobs.Plan(_id))
        {
            // A plan is written once; one that cannot be read today will not be readable tomorrow.
            await EndAsFailedAsync(new BatchError("plan_unreadable", exception.Message), _deactivated.Token);
        }
        catch (Exception exception) when (!_deactivated.IsCancellationRequested)
        {
            LogTrouble(logger, exception, _id.Value);
            _problem = exception.Message;
        }
        catch (OperationCanceledException)
        {
            // The activation is going; the next one takes it up.
        }
    }

    private async Task LoadAsync()
    {
        var stop = _deactivated.Token;
        using var span = BatchActivities.StartPlan(_record!);
        if (_record is { ExpiresAt: null, Spec.ExpiresAfterSeconds: not null }) _record = await storage.BeginWindowAsync(_id, stop);
        var planned = await Task.Run(() => storage.EnsurePlannedAsync(_id, stop), stop);
        var plan = planned.IsTerminal ? null : await Task.Run(() => storage.ReadPlanAsync(_id, stop), stop);
        var progress = await Task.Run(() => storage.ReadProgressAsync(_id, stop), stop);
        BatchActivities.Planned(span, planned, progress);
        _record = planned;
        _committed = progress.Totals;
        _foundCommitted = progress.Totals.Rows;
        if (plan is null)
        {
            _sweep?.Dispose();
            return;
        }

        _board = new ShardBoard(plan, progress.CommittedShards, _options);
        _rate.Note(RowsDone(), time.GetUtcNow());
        Observe(_board);
        LogLoaded(logger, _id.Value, _board.Shards, _board.Committed);
        await _entry.RegisterAsync(_record!, _board, hasNewWork: true, stop);
        // What may be next (all was committed already, or cancel came meanwhile) starts when this work has ended.
        _ = AdvanceAfterAsync(_work!);
    }

    private async Task AdvanceAfterAsync(Task work)
    {
        await work;
        Advance();
    }

    private async Task EndAsync(Func<BatchId, CancellationToken, Task<BatchRecord>> end)
    {
        var stop = _deactivated.Token;
        using var span = BatchActivities.StartFinalize(_record!);
        var record = await Task.Run(() => end(_id, stop), stop);
        if (!record.IsTerminal)
        {
            // Somebody cancelled it while it was being closed as expired; the next sweep ends it as that.
            _record = record;
            return;
        }

        _committed = await Task.Run(() => storage.ReadTotalsAsync(record, stop), stop);
        await CloseAsync(span, record, stop);
    }

    private async Task EndAsFailedAsync(BatchError error, CancellationToken cancellationToken)
    {
        using var span = BatchActivities.StartFinalize(_record!);
        BatchRecord record;
        try
        {
            record = await storage.FailAsync(_id, error, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The next attempt, or the next sweep, comes here again.
            LogTrouble(logger, exception, _id.Value);
            return;
        }

        _record = record;
        if (!record.IsTerminal) return;
        // Whoever still holds a shard is told that it is lost.
        _board = null;
        await CloseAsync(span, record, cancellationToken);
    }

    private Task CloseAsync(Activity? span, BatchRecord record, CancellationToken cancellationToken)
    {
        _record = record;
        BatchActivities.Ended(span, record, _committed);
        instruments.Closed(_id);
        LogEnded(logger, _id.Value, record.Status, _committed.Answered, _committed.Failed);
        _sweep?.Dispose();
        return _entry.RemoveAsync(cancellationToken);
    }

    private async Task HeedErrorBudgetAsync(CancellationToken cancellationToken)
    {
        var budget = _record!.Spec.ErrorBudget;
        if (budget is null || IsCancelling || !budget.IsExceeded(_committed.Failed, _record.Plan!.Rows)) return;
        LogBudget(logger, _id.Value, _committed.Failed);
        await CloseEarlyAsync(cancellationToken);
    }

    private async Task CloseEarlyAsync(CancellationToken cancellationToken)
    {
        if (_record!.IsTerminal) return;
        var record = await storage.CancelAsync(_id, cancellationToken);
        // It may have ended while the answer was on its way.
        if (!_record.IsTerminal) _record = record;
    }

    private void ExpireLeases(bool asked)
    {
        if (_board is null) return;
        _seenSilos = deadSilos.Version;
        var expired = _board.Expire(time.GetUtcNow(), asked ? deadSilos.Hosted : null);
        if (expired > 0) LogExpired(logger, _id.Value, expired);
    }

    private long RowsDone() => _committed.Rows + (_board?.RunningRows.Rows ?? 0);

    private void Observe(ShardBoard board) => instruments.Observe(_id, OpenWork.Of(board, _record!.Plan!.Rows, _committed));
}
