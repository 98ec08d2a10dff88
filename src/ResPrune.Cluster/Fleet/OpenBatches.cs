using ResPrune.Batch.Batches;

namespace ResPrune.Cluster.Fleet;

/// <summary>
/// The batches that take turns, and which of them are worth asking: with a thousand open batches a worker's question must not become a thousand
/// questions. Pure logic.
/// </summary>
internal sealed class OpenBatches
{
    /// <summary>How long a coordinator that did not answer in time is passed over.</summary>
    private static readonly TimeSpan SlowPause = TimeSpan.FromSeconds(2);

    private readonly FairTurns<BatchId> _turns = new();
    private readonly Dictionary<BatchId, State> _states = [];
    private int _nextRunning;

    /// <summary>Takes a registration; true when workers should be woken: the batch is new, more important, or has work that it had not.</summary>
    public bool Register(BatchRegistration registration)
    {
        var changed = _turns.Set(registration.Batch, registration.Priority);
        var before = _states.GetValueOrDefault(registration.Batch);
        _states[registration.Batch] = new State(registration.WeightsDigest, registration.HasWaiting, before.PassedOverUntil);
        return changed || registration.HasNewWork || (registration.HasWaiting && !before.HasWaiting);
    }

    /// <summary>A batch has ended.</summary>
    public void Remove(BatchId batch)
    {
        _turns.Remove(batch);
        _states.Remove(batch);
    }

    /// <summary>The batches to ask for a shard for this worker, in the order of their turns.</summary>
    public IReadOnlyList<BatchId> WithWaiting(WorkRequest request, DateTimeOffset now) =>
        [.. _turns.Order().Where(batch => _states[batch].HasWaiting && IsFor(request, batch, now))];

    /// <summary>Some batches to ask for a shard that another worker is slow with; others at the next question.</summary>
    public IReadOnlyList<BatchId> WithRunning(WorkRequest request, int most, DateTimeOffset now)
    {
        var all = _states.Keys.Where(batch => IsFor(request, batch, now)).ToList();
        if (all.Count <= most) return all;
        _nextRunning = (_nextRunning + most) % all.Count;
        return [.. Enumerable.Range(_nextRunning, most).Select(index => all[index % all.Count])];
    }

    /// <summary>The batch gave a shard: it took its turn.</summary>
    public void Take(BatchId batch) => _turns.Take(batch);

    /// <summary>No shard of the batch waits: it is not asked for one before it says that this has changed.</summary>
    public void NoteEmpty(BatchId batch)
    {
        if (_states.TryGetValue(batch, out var state)) _states[batch] = state with { HasWaiting = false };
    }

    /// <summary>The batch's coordinator did not answer in time.</summary>
    public void NoteSlow(BatchId batch, DateTimeOffset now)
    {
        if (_states.TryGetValue(batch, out var state)) _states[batch] = state with { PassedOverUntil = now + SlowPause };
    }

    private bool IsFor(WorkRequest request, BatchId batch, DateTimeOffset now)
    {
        var state = _states[batch];
        return (state.WeightsDigest is null || state.WeightsDigest == request.WeightsDigest)
            && state.PassedOverUntil <= now
            && !request.Benched.Contains(batch);
    }

    private readonly record struct State(string? WeightsDigest, bool HasWaiting, DateTimeOffset PassedOverUntil);
}
