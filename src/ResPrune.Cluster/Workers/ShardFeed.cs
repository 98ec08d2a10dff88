using System.Diagnostics.CodeAnalysis;

namespace ResPrune.Cluster.Workers;

/// <summary>
/// What the shards of one worker share: the bound on rows in flight, and the turn to put rows in. Only one shard puts rows in at a time, so
/// that the earlier one is finished first and the next fills the device the moment the earlier one has no more rows to give.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Lives as long as its worker; semaphores without a wait handle hold nothing.")]
internal sealed class ShardFeed(int rowsInFlight, long bytesInFlight)
{
    // An image of unknown size counts as this or as the largest seen before, until it is fetched.
    private const long LeastImageBytes = 1L << 20;

    private readonly SemaphoreSlim _rows = new(rowsInFlight, rowsInFlight);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _largestImage = LeastImageBytes;

    /// <summary>Rows in flight now.</summary>
    public int RowsInFlight => rowsInFlight - _rows.CurrentCount;

    /// <summary>Bytes of the lines of shards, held from before they are read until their rows have an outcome.</summary>
    public ByteGate Lines { get; } = new(bytesInFlight / 2);

    /// <summary>Bytes of the images of rows in flight.</summary>
    public ByteGate Images { get; } = new(bytesInFlight / 2);

    /// <summary>What an image that is not fetched yet counts as, in bytes.</summary>
    public long ImageEstimate => Interlocked.Read(ref _largestImage);

    /// <summary>An image was fetched.</summary>
    public void NoteImage(long bytes)
    {
        for (var seen = ImageEstimate; bytes > seen; seen = ImageEstimate)
            if (Interlocked.CompareExchange(ref _largestImage, bytes, seen) == seen) return;
    }

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
