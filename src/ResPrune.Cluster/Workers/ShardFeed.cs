using System.Diagnostics.CodeAnalysis;

namespace ResPrune.Cluster.Workers;

/// <summary>
/// What the shards of one worker share: the bound on rows in flight, and the turn to put rows in. Only one shard puts rows in at a time, so
/// that the earlier one is finished first and the next fills the device the moment the earlier one has no more rows to give.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Lives as long as its worker; semaphores without a wait handle hold nothing.")]
internal sealed class ShardFeed(int rowsInFlight)
{
    private readonly SemaphoreSlim _rows = new(rowsInFlight, rowsInFlight);
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Rows in flight now.</summary>
    public int RowsInFlight => rowsInFlight - _rows.CurrentCount;

    /// <summary>Waits for the turn to put rows in.</summary>
    public Task TakeTurnAsync(CancellationToken cancellationToken) => _turn.WaitAsync(cancellationToken);

    /// <summary>All rows of the shard are in.</summary>
    public void EndTurn() => _turn.Release();

    /// <summary>Waits until one more row may be in flight.</summary>
    public Task EnterRowAsync(CancellationToken cancellationToken) => _rows.WaitAsync(cancellationToken);

    /// <summary>A row has its outcome, or is abandoned.</summary>
    public void LeaveRow() => _rows.Release();

    /// <summary>Waits, within the turn, until no other row is in flight; none will be before what is returned is disposed.</summary>
    public async Task<IDisposable> EnterAloneAsync(CancellationToken cancellationToken)
    {
        var taken = 0;
        try
        {
            for (; taken < rowsInFlight; taken++) await _rows.WaitAsync(cancellationToken);
            return new Alone(_rows, rowsInFlight);
        }
        catch
        {
            if (taken > 0) _rows.Release(taken);
            throw;
        }
    }

    private sealed class Alone(SemaphoreSlim rows, int taken) : IDisposable
    {
        public void Dispose() => rows.Release(taken);
    }
}
