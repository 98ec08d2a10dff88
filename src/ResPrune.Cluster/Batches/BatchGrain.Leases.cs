using ResPrune.Batch.Batches;
using ResPrune.Cluster.Fleet;

namespace ResPrune.Cluster.Batches;

/// <content>Which shard a worker gets.</content>
internal sealed partial class BatchGrain
{
    private Task? _fixing;

    /// <inheritdoc/>
    public Task<LeaseOffer> TryLeaseAsync(WorkRequest request, CancellationToken cancellationToken) =>
        LeaseAsync(request, board => board.Lease(_id, request.Worker, time.GetUtcNow(), hasOthers: _entry.Workers > 1), cancellationToken);

    /// <inheritdoc/>
    public Task<LeaseOffer> TryLeaseStragglerAsync(WorkRequest request, CancellationToken cancellationToken) =>
        LeaseAsync(request, board => board.LeaseStraggler(_id, request.Worker, time.GetUtcNow()), cancellationToken);

    private async Task<LeaseOffer> LeaseAsync(WorkRequest request, Func<ShardBoard, ShardLease?> give, CancellationToken cancellationToken)
    {
        if (_record is null)
        {
            // The fleet must not wait for this batch's store; it is told when there is work.
            _ = LoadUnasked();
            return new LeaseOffer { HasWaiting = true };
        }

        if (_record.IsTerminal) await _entry.RemoveAsync(cancellationToken);
        if (_board is null || _record.Status != BatchStatus.InProgress || IsExpired) return new LeaseOffer { HasWaiting = _board is null && !_record.IsTerminal };
        if (_record.WeightsDigest is null)
        {
            // Again something that the fleet must not wait for.
            if (_record.Spec.RequiredModel is null || _record.Spec.RequiredModel == request.Model) _ = _fixing ??= FixModelAsync(request);
            return new LeaseOffer { HasWaiting = true };
        }

        if (_board is null || _record.WeightsDigest != request.WeightsDigest) return new LeaseOffer { HasWaiting = _board?.Waiting > 0 };
        // Between two sweeps the silos are asked after only when one of them changed.
        ExpireLeases(asked: deadSilos.Version != _seenSilos);
        if (give(_board) is not { } lease) return new LeaseOffer { HasWaiting = _board.Waiting > 0 };
        Observe(_board);
        return new LeaseOffer
        {
            Lease = lease with
            {
                FirstAnswersWanted = _options.FirstAnswers - _firstAnswers.Count,
                TraceParent = _record.TraceParent,
                WeightsDigest = _record.WeightsDigest,
            },
            HasWaiting = _board.Waiting > 0,
        };
    }

    /// <summary>
    /// One batch, one model: the weights of the first worker that asks, where the submitter named none. In the record, so that it stands; the workers are
    /// told when it does.
    /// </summary>
    private async Task FixModelAsync(WorkRequest request)
    {
        // The caller keeps this task before it can end.
        await Task.Yield();
        try
        {
            var record = _record!;
            await turns.RunAsync(
                async () => record = await storage.FixModelAsync(_id, request.Model, request.WeightsDigest, _deactivated.Token), _deactivated.Token);
            if (_record!.IsTerminal) return;
            _record = record;
            LogModel(logger, _id.Value, record.Model, record.WeightsDigest);
            await _entry.RegisterAsync(record, _board, hasNewWork: true, _deactivated.Token);
        }
        catch (Exception exception) when (!_deactivated.IsCancellationRequested)
        {
            // The next worker that asks is the first one then.
            LogTrouble(logger, exception, _id.Value);
            _problem = exception.Message;
        }
        catch (OperationCanceledException)
        {
            // The activation is going.
        }
        finally
        {
            _fixing = null;
        }
    }

    private async Task LoadUnasked()
    {
        try
        {
            await EnsureLoadedAsync(_deactivated.Token);
        }
        catch (BatchNotFoundException)
        {
            await _entry.RemoveAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNotRead(logger, _id.Value, exception.Message);
        }
    }
}
