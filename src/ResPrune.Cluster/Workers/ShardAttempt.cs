using System.Diagnostics;
using ResPrune.Batch.Rows;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Tracing;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Workers;

/// <summary>One attempt of one worker at one shard: what the rows, the reports and the end of it share.</summary>
internal sealed class ShardAttempt : IDisposable
{
    private const int FailuresTold = 64;

    private readonly CancellationTokenSource _ended;
    private long _fetchTicks;
    private int _failuresTold;
    private volatile bool _lost;
    private volatile LeaseState _state = LeaseState.Held;

    /// <summary>Creates the attempt.</summary>
    /// <param name="worker">Key of the worker.</param>
    /// <param name="lease">What it was given.</param>
    /// <param name="engine">The engine of its device.</param>
    /// <param name="abandon">Cancelled when the worker has no time left.</param>
    public ShardAttempt(string worker, ShardLease lease, IVisionLanguageEngine engine, CancellationToken abandon)
    {
        Worker = worker;
        Lease = lease;
        Engine = engine;
        Progress = new ShardProgress(lease.FirstAnswersWanted);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(abandon);
        Token = _ended.Token;
    }

    /// <summary>Key of the worker.</summary>
    public string Worker { get; }

    /// <summary>What it was given.</summary>
    public ShardLease Lease { get; }

    /// <summary>The engine of its device.</summary>
    public IVisionLanguageEngine Engine { get; }

    /// <summary>How far it is.</summary>
    public ShardProgress Progress { get; }

    /// <summary>Its span; null (default) when it is not traced.</summary>
    public Activity? Span { get; init; }

    /// <summary>Time spent on fetching pictures, summed over the rows.</summary>
    public TimeSpan Fetching => new(Interlocked.Read(ref _fetchTicks));

    /// <summary>Cancelled when going on is of no use.</summary>
    public CancellationToken Token { get; }

    /// <summary>True when the coordinator said that the shard is another's.</summary>
    public bool IsLost => _lost;

    /// <summary>
    /// What rows that are not with the engine yet are closed with, because the batch is being cancelled or its window has run out; null while
    /// they are to be answered.
    /// </summary>
    public RowErrorCode? Closing => _state switch
    {
        LeaseState.Cancelling => RowErrorCode.BatchCancelled,
        LeaseState.Expiring => RowErrorCode.BatchExpired,
        _ => null,
    };

    /// <summary>Takes the coordinator's answer to a report.</summary>
    public void Heed(LeaseState state)
    {
        if (state is LeaseState.Cancelling or LeaseState.Expiring) _state = state;
        if (state != LeaseState.Lost) return;
        _lost = true;
        End();
    }

    /// <summary>A picture was fetched.</summary>
    public void NoteFetch(TimeSpan duration) => Interlocked.Add(ref _fetchTicks, duration.Ticks);

    /// <summary>A row has its outcome.</summary>
    public void Note(ResultRow row)
    {
        Progress.Note(row);
        // A shard may have a million rows, and a span is held until it ends.
        if (Span is not null && row is ErrorRow error && Interlocked.Increment(ref _failuresTold) <= FailuresTold)
            ShardActivities.RowFailed(Span, error);
    }

    /// <summary>Stops whatever still runs for this attempt.</summary>
    public void End() => _ended.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended.Dispose();
        Progress.Dispose();
    }
}
