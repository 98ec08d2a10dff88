using ResPrune.Batch.Batches;
using ResPrune.Cluster.Storage;

namespace ResPrune.Cluster.Workers;

/// <summary>
/// The batches that the workers of this silo touched last, so that a shard costs no reading of its batch's record and plan.
/// </summary>
internal sealed class BatchContexts(BatchStorage storage)
{
    private const int Kept = 8;

    private readonly Lock _lock = new();
    private readonly LinkedList<(BatchId Batch, Task<BatchContext> Context)> _recent = new();

    /// <summary>The batch of a lease.</summary>
    public async Task<BatchContext> GetAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var context = Find(batch);
        try
        {
            return await context.WaitAsync(cancellationToken);
        }
        catch when (context.IsFaulted)
        {
            Forget(context);
            throw;
        }
    }

    private Task<BatchContext> Find(BatchId batch)
    {
        lock (_lock)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Batch != batch) continue;
                _recent.Remove(node);
                _recent.AddFirst(node);
                return node.Value.Context;
            }

            // Not under the token of one lease: the others of the batch wait for the same reading.
            var context = Task.Run(() => storage.OpenAsync(batch, CancellationToken.None));
            _recent.AddFirst((batch, context));
            if (_recent.Count > Kept) _recent.RemoveLast();
            return context;
        }
    }

    private void Forget(Task<BatchContext> context)
    {
        lock (_lock)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Context != context) continue;
                _recent.Remove(node);
                return;
            }
        }
    }
}
