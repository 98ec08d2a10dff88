using ResPrune.Batch.Batches;
using ResPrune.Cluster.Batches;

namespace ResPrune.Cluster.Fleet;

/// <summary>
/// Which work comes next, over all batches; one grain, key <see cref="Key"/>. Everything it knows it is told again by those it knows.
/// </summary>
[Alias("resprune.IFleetGrain")]
public interface IFleetGrain : IGrainWithIntegerKey
{
    /// <summary>The key of the one grain.</summary>
    const long Key = 0;

    /// <summary>A batch has not ended. Repeated by its coordinator, so that a new fleet grain learns of it.</summary>
    /// <param name="batch">The batch; workers are woken when it was not known.</param>
    /// <param name="priority">The priority of its turns.</param>
    /// <param name="hasNewWork">Whether shards can be had of it that could not be before: workers are woken for a known batch too.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    [Alias("RegisterBatch")]
    Task RegisterBatchAsync(BatchId batch, int priority, bool hasNewWork, CancellationToken cancellationToken);

    /// <summary>A batch has no work any more.</summary>
    [Alias("RemoveBatch")]
    Task RemoveBatchAsync(BatchId batch, CancellationToken cancellationToken);

    /// <summary>A worker asks for a shard: the batches take turns by priority. Null when there is nothing to do.</summary>
    /// <param name="worker">Key of the worker; it is woken when a batch comes.</param>
    /// <param name="isIdle">Whether it has nothing to do: it may then be given a shard that another worker is slow with.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    [Alias("RequestWork")]
    Task<ShardLease?> RequestWorkAsync(string worker, bool isIdle, CancellationToken cancellationToken);
}
