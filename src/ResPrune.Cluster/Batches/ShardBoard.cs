using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;

namespace ResPrune.Cluster.Batches;

/// <summary>
/// Who works on which shard of one batch. Soft state, pure logic: no clock, no storage, no Orleans. Losing it costs repeated work only.
/// </summary>
internal sealed class ShardBoard
{
    /// <summary>How long a shard whose rows failed at one worker is kept for another one, before that worker may try it again itself.</summary>
    private static readonly TimeSpan KeptForOthers = TimeSpan.FromSeconds(15);

    private readonly SortedSet<int> _waiting = [];
    private readonly SortedDictionary<int, List<HeldShard>> _held = [];
    private readonly HashSet<int> _committed = [];
    private readonly Dictionary<int, ShardHistory> _histories = [];
    private readonly RunningRows _runningRows = new();
    private readonly BatchCoordinatorOptions _options;
    private readonly BatchPlan _plan;
    private DateTimeOffset _nextDeadline = DateTimeOffset.MaxValue;
    private TimeSpan _committedTime;
    private int _committedTimes;

    /// <summary>Creates the board.</summary>
    /// <param name="plan">The shards.</param>
    /// <param name="committed">Shards that have a commit record.</param>
    /// <param name="options">Its rules.</param>
    public ShardBoard(BatchPlan plan, IEnumerable<int> committed, BatchCoordinatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _plan = plan;
        var shards = plan.Shards.Count;
        _options = options;
        _committed.UnionWith(committed);
        _waiting.UnionWith(Enumerable.Range(0, shards).Where(shard => !_committed.Contains(shard)));
    }

    /// <summary>Shards of the plan.</summary>
    public int Shards => _plan.Shards.Count;

    /// <summary>Shards with a commit record.</summary>
    public int Committed => _committed.Count;

    /// <summary>Shards some worker holds.</summary>
    public int Held => _held.Count;

    /// <summary>Shards that wait for a worker.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Workers that hold shards.</summary>
    public int Workers => _held.Values.SelectMany(holders => holders).Select(held => held.Worker).Distinct(StringComparer.Ordinal).Count();

    /// <summary>Attempts that ended without a commit, other than by being handed back.</summary>
    public int Retries { get; private set; }

    /// <summary>True when every shard is committed.</summary>
    public bool IsDone => _committed.Count == Shards;

    /// <summary>
    /// Sums over the last reports of the attempts that run; of two at one shard, the one that is further. Adds all of them up:
    /// <see cref="RunningRows"/> is for what is asked at every call.
    /// </summary>
    public RowTotals Running =>
        _held.Values.Aggregate(RowTotals.Zero, (sum, holders) => sum.Add(Furthest(holders)));

    /// <summary>Some of <see cref="Running"/>, at no cost.</summary>
    public RunningRows RunningRows => _runningRows;

    /// <summary>The worker that holds the shard by this attempt; null when it does not any more.</summary>
    public string? HolderOf(int shard, AttemptId attempt) => _held.GetValueOrDefault(shard)?.Find(held => held.Attempt == attempt).Worker;

    /// <summary>Attempts at the shard that ended without a commit, other than by being handed back.</summary>
    public int FailuresOf(int shard) => _histories.GetValueOrDefault(shard)?.Failures ?? 0;

    /// <summary>True when the shard has a commit record.</summary>
    public bool IsCommitted(int shard) => _committed.Contains(shard);

    /// <summary>
    /// Gives the first waiting shard to <paramref name="worker"/>, one that it has not failed at if there is one; null when none waits.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="worker">Who asks.</param>
    /// <param name="now">The time.</param>
    /// <param name="hasOthers">Whether other workers could take the shard: one whose rows failed at this worker is kept for them for a while.</param>
    public ShardLease? Lease(BatchId batch, string worker, DateTimeOffset now, bool hasOthers = false)
    {
        if (_waiting.Count == 0) return null;
        var shard = Choose(worker, now, hasOthers);
        if (shard < 0) return null;
        _waiting.Remove(shard);
        return Give(batch, shard, worker, now);
    }

    /// <summary>
    /// The first shard that this worker has not failed at; else the first that it failed at and that is not kept for another. Negative when all that wait
    /// are.
    /// </summary>
    private int Choose(string worker, DateTimeOffset now, bool hasOthers)
    {
        var second = -1;
        foreach (var shard in _waiting)
        {
            var history = _histories.GetValueOrDefault(shard);
            var isForOther = hasOthers && history?.WasSuspectedOnlyAt(worker) == true && now < history.SuspectedAt + KeptForOthers;
            if (history?.FailedAt(worker) != true && !isForOther) return shard;
            if (second < 0 && !isForOther) second = shard;
        }

        return second;
    }

    /// <summary>
    /// Gives an idle worker a shard that another has held for much longer than shards of this batch take; the first commit wins. Null when
    /// there is none, or none was committed yet that could tell.
    /// </summary>
    public ShardLease? LeaseStraggler(BatchId batch, string worker, DateTimeOffset now)
    {
        if (_waiting.Count > 0 || _committedTimes == 0) return null;
        var usual = _committedTime / _committedTimes * _options.StragglerFactor;
        var slow = usual > _options.StragglerMinimumAge ? usual : _options.StragglerMinimumAge;
        var candidates = _held.Where(pair => pair.Value is [var only]
            && only.Worker != worker && !_histories.ContainsKey(pair.Key) && now - only.Since >= slow).ToList();
        return candidates.Count == 0 ? null : Give(batch, candidates.MinBy(pair => pair.Value[0].Since).Key, worker, now);
    }

    /// <summary>
    /// A sign of life of an attempt. True when it may go on: it holds the shard, or nobody does, as after a fail-over of the coordinator.
    /// </summary>
    public bool Renew(ShardReport report, DateTimeOffset now)
    {
        var holders = _held.GetValueOrDefault(report.Shard) ?? [];
        var place = holders.FindIndex(held => held.Attempt == report.Attempt);
        if (place < 0 && !_waiting.Remove(report.Shard)) return false;
        var (since, isolated) = place < 0 ? (now, report.Line is not null) : (holders[place].Since, holders[place].Isolated);
        var renewed = new HeldShard(report.Worker, report.Attempt, isolated, since, now + _options.LeaseDuration, report.Totals, report.Line);
        if (place < 0) _held[report.Shard] = holders = [renewed];
        else holders[place] = renewed;
        NoteDeadline(renewed);
        _runningRows.Set(report.Shard, Furthest(holders));
        return true;
    }

    /// <summary>The shard has a commit record; false when that was known.</summary>
    public bool Commit(int shard, DateTimeOffset now)
    {
        _waiting.Remove(shard);
        if (_held.Remove(shard, out var holders))
        {
            _committedTime += now - holders.Min(held => held.Since);
            _committedTimes++;
            _runningRows.Set(shard, null);
        }

        _histories.Remove(shard);
        return _committed.Add(shard);
    }

    /// <summary>
    /// The attempt failed: the shard waits for another, and the failure counts. False when the attempt no longer held the shard.
    /// </summary>
    public bool Fail(int shard, AttemptId attempt, string reason)
    {
        var worker = HolderOf(shard, attempt);
        if (worker is null || !Return(shard, attempt)) return false;
        Retries++;
        HistoryOf(shard).Failed(worker, reason);
        return true;
    }

    /// <summary>
    /// Rows of the attempt failed on a device that works: the shard waits for another attempt, which may confirm it. False when the attempt no longer
    /// held the shard.
    /// </summary>
    public bool Suspect(int shard, AttemptId attempt, IReadOnlyList<SuspectRow> rows, DateTimeOffset now)
    {
        var worker = HolderOf(shard, attempt);
        if (worker is null || !Return(shard, attempt)) return false;
        Retries++;
        HistoryOf(shard).Suspected(worker, rows, now);
        return true;
    }

    /// <summary>
    /// The worker hands the shard back unharmed: it waits for another and nothing counts. False when the attempt no longer held it.
    /// </summary>
    public bool Return(int shard, AttemptId attempt)
    {
        if (!_held.TryGetValue(shard, out var holders)) return false;
        if (holders.RemoveAll(held => held.Attempt == attempt) == 0) return false;
        FreeUnheld(shard, holders);
        return true;
    }

    /// <summary>
    /// Takes back the shards of silent workers, and of those that are known to be gone; how many. Looks at all that are held only when it is
    /// asked about the latter, or a deadline may have passed.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="isGone">Whether a worker is known to be gone; null (default) when that is not to be looked at.</param>
    public int Expire(DateTimeOffset now, Func<string, bool>? isGone = null)
    {
        if (isGone is null && now < _nextDeadline) return 0;
        var expired = 0;
        foreach (var (shard, holders) in _held.ToList())
        {
            foreach (var silent in holders.Where(held => held.Deadline <= now || isGone?.Invoke(held.Worker) == true).ToList())
            {
                holders.Remove(silent);
                HistoryOf(shard).FellSilent(silent.Worker, silent.Isolated, silent.Line);
                Retries++;
                expired++;
            }

            FreeUnheld(shard, holders);
        }

        _nextDeadline = DateTimeOffset.MaxValue;
        foreach (var held in _held.Values.SelectMany(holders => holders)) NoteDeadline(held);
        return expired;
    }

    // If the lease was renewed meanwhile, the deadline is noted too early; the shards are looked at once more than needed.
    private void NoteDeadline(HeldShard held) => _nextDeadline = held.Deadline < _nextDeadline ? held.Deadline : _nextDeadline;

    private static RowTotals Furthest(List<HeldShard> holders) => holders.MaxBy(held => held.Totals.Rows).Totals;

    private void FreeUnheld(int shard, List<HeldShard> holders)
    {
        _runningRows.Set(shard, holders.Count > 0 ? Furthest(holders) : null);
        if (holders.Count > 0) return;
        _held.Remove(shard);
        _waiting.Add(shard);
    }

    private ShardLease Give(BatchId batch, int shard, string worker, DateTimeOffset now)
    {
        var attempt = AttemptId.New();
        var history = _histories.GetValueOrDefault(shard);
        var isolated = history?.Silences >= _options.IsolateAfter;
        if (!_held.TryGetValue(shard, out var holders)) _held[shard] = holders = [];
        holders.Add(new HeldShard(worker, attempt, isolated, now, now + _options.LeaseDuration, RowTotals.Zero, null));
        NoteDeadline(holders[^1]);
        return new ShardLease
        {
            Batch = batch,
            Shard = shard,
            Attempt = attempt,
            Try = (history?.Failures ?? 0) + 1,
            GiveUpReason = history?.IsToBlame(_options.MaxAttempts) == true
                ? $"{history.Failures} attempts at shard {shard} failed; the last one: {history.LastReason}"
                : null,
            Isolated = isolated,
            PoisonLines = history is null ? [] : [.. history.Poison],
            SuspectLines = history is null ? [] : [.. history.Suspects],
            Spec = _plan.Shards[shard],
        };
    }

    private ShardHistory HistoryOf(int shard) =>
        _histories.TryGetValue(shard, out var known) ? known : _histories[shard] = new ShardHistory();
}
