using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Batches;

/// <summary>
/// Who works on which shard of one batch. Soft state, pure logic: no clock, no storage, no Orleans. Losing it costs repeated work only.
/// </summary>
internal sealed class ShardBoard
{
    private readonly SortedSet<int> _waiting = [];
    private readonly SortedDictionary<int, HeldShard> _held = [];
    private readonly HashSet<int> _committed = [];
    private readonly Dictionary<int, ShardFailures> _failures = [];
    private readonly int _maxAttempts;
    private readonly TimeSpan _leaseDuration;

    /// <summary>Creates the board.</summary>
    /// <param name="shards">Number of shards of the plan.</param>
    /// <param name="committed">Shards that have a commit record.</param>
    /// <param name="maxAttempts">Failed or expired attempts after which a shard is given up.</param>
    /// <param name="leaseDuration">How long a lease lasts after each sign of life.</param>
    public ShardBoard(int shards, IEnumerable<int> committed, int maxAttempts, TimeSpan leaseDuration)
    {
        Shards = shards;
        _maxAttempts = maxAttempts;
        _leaseDuration = leaseDuration;
        _committed.UnionWith(committed);
        _waiting.UnionWith(Enumerable.Range(0, shards).Where(shard => !_committed.Contains(shard)));
    }

    /// <summary>Shards of the plan.</summary>
    public int Shards { get; }

    /// <summary>Shards with a commit record.</summary>
    public int Committed => _committed.Count;

    /// <summary>Shards some worker holds.</summary>
    public int Held => _held.Count;

    /// <summary>Shards that wait for a worker.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>True when every shard is committed.</summary>
    public bool IsDone => _committed.Count == Shards;

    /// <summary>Sums over the last reports of the attempts that run.</summary>
    public RowTotals Running => _held.Values.Aggregate(RowTotals.Zero, (sum, held) => sum.Add(held.Totals));

    /// <summary>True when the shard has a commit record.</summary>
    public bool IsCommitted(int shard) => _committed.Contains(shard);

    /// <summary>Gives the first waiting shard to <paramref name="worker"/>; null when none waits.</summary>
    public ShardLease? Lease(BatchId batch, string worker, DateTimeOffset now)
    {
        if (_waiting.Count == 0) return null;
        var shard = _waiting.Min;
        _waiting.Remove(shard);
        var attempt = AttemptId.New();
        _held[shard] = new HeldShard(worker, attempt, now + _leaseDuration, RowTotals.Zero);
        var failures = _failures.GetValueOrDefault(shard);
        return new ShardLease
        {
            Batch = batch,
            Shard = shard,
            Attempt = attempt,
            Try = failures.Count + 1,
            GiveUpReason = failures.Count < _maxAttempts
                ? null
                : $"{failures.Count} attempts at shard {shard} failed; the last one: {failures.LastReason}",
        };
    }

    /// <summary>
    /// A sign of life of an attempt. True when it may go on: it holds the shard, or nobody does, as after a fail-over of the coordinator.
    /// </summary>
    public bool Renew(int shard, string worker, AttemptId attempt, RowTotals totals, DateTimeOffset now)
    {
        var adopted = _waiting.Contains(shard);
        if (!adopted && !(_held.TryGetValue(shard, out var held) && held.Attempt == attempt)) return false;
        _waiting.Remove(shard);
        _held[shard] = new HeldShard(worker, attempt, now + _leaseDuration, totals);
        return true;
    }

    /// <summary>The shard has a commit record; false when that was known.</summary>
    public bool Commit(int shard)
    {
        _waiting.Remove(shard);
        _held.Remove(shard);
        _failures.Remove(shard);
        return _committed.Add(shard);
    }

    /// <summary>
    /// The attempt failed: the shard waits for another, and the failure counts. False when the attempt no longer held the shard.
    /// </summary>
    public bool Fail(int shard, AttemptId attempt, string reason)
    {
        if (!Return(shard, attempt)) return false;
        CountFailure(shard, reason);
        return true;
    }

    /// <summary>
    /// The worker hands the shard back unharmed: it waits for another and nothing counts. False when the attempt no longer held it.
    /// </summary>
    public bool Return(int shard, AttemptId attempt)
    {
        if (!_held.TryGetValue(shard, out var held) || held.Attempt != attempt) return false;
        _held.Remove(shard);
        _waiting.Add(shard);
        return true;
    }

    /// <summary>Takes back the shards of silent workers; how many.</summary>
    public int Expire(DateTimeOffset now)
    {
        var silent = _held.Where(pair => pair.Value.Deadline <= now).ToList();
        foreach (var (shard, held) in silent)
        {
            _held.Remove(shard);
            _waiting.Add(shard);
            CountFailure(shard, $"worker {held.Worker} fell silent");
        }

        return silent.Count;
    }

    private void CountFailure(int shard, string reason) =>
        _failures[shard] = new ShardFailures(_failures.GetValueOrDefault(shard).Count + 1, reason);
}
