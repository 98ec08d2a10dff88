using ResPrune.Batch.Batches;
using ResPrune.Cluster.Batches;

namespace ResPrune.Cluster.Fleet;

/// <summary>
/// Which work comes next, over all batches, and which worker serves which model; one grain, key <see cref="Key"/>. Its state is rebuilt from the
/// reports of workers and coordinators after a restart.
/// </summary>
[Alias("resprune.IFleetGrain")]
public interface IFleetGrain : IGrainWithIntegerKey
{
    /// <summary>The key of the one grain.</summary>
    const long Key = 0;

    /// <summary>A batch has not ended. Repeated by its coordinator, so that a new fleet grain learns of it.</summary>
    /// <returns>How many workers with the batch's weights are there; all workers where the batch has none yet.</returns>
    [Alias("Register")]
    Task<int> RegisterBatchAsync(BatchRegistration registration, CancellationToken cancellationToken);

    /// <summary>A batch has no work any more.</summary>
    [Alias("RemoveBatch")]
    Task RemoveBatchAsync(BatchId batch, CancellationToken cancellationToken);

    /// <summary>A worker asks for a shard: the batches of its weights take turns by priority. Null when there is nothing to do.</summary>
    [Alias("RequestWorkFor")]
    Task<ShardLease?> RequestWorkAsync(WorkRequest request, CancellationToken cancellationToken);

    /// <summary>A worker is there, however busy it is. Repeated every few seconds.</summary>
    [Alias("Announce")]
    Task AnnounceAsync(WorkRequest worker, CancellationToken cancellationToken);

    /// <summary>The models that can be had at this moment, the one with most workers first.</summary>
    [Alias("ListModels")]
    Task<IReadOnlyList<FleetModel>> ListModelsAsync(CancellationToken cancellationToken);
}
