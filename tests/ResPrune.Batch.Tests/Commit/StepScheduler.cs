using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Commit;

/// <summary>
/// Runs workers one store operation at a time (those that a worker begins at once in their order) in an order that is given, so that every interleaving can be tried. Workers run on the caller's
/// thread: each continues inside <see cref="Step"/> until its next operation.
/// </summary>
internal sealed class StepScheduler
{
    private readonly Dictionary<int, Queue<TaskCompletionSource>> _waiting = [];

    /// <summary>A view of the store for one worker.</summary>
    public IBlobStore ViewFor(int worker, IBlobStore store) => new WatchedBlobStore(store, () => WaitAsync(worker), () => { });

    /// <summary>Workers that wait for their turn.</summary>
    public IReadOnlyList<int> Waiting => [.. _waiting.Keys.Order()];

    /// <summary>Lets a worker do its next operation.</summary>
    public void Step(int worker)
    {
        var turns = _waiting[worker];
        var turn = turns.Dequeue();
        if (turns.Count == 0) _waiting.Remove(worker);
        turn.SetResult();
    }

    private Task WaitAsync(int worker)
    {
        var turn = new TaskCompletionSource();
        if (!_waiting.TryGetValue(worker, out var turns)) _waiting.Add(worker, turns = []);
        turns.Enqueue(turn);
        return turn.Task;
    }
}
