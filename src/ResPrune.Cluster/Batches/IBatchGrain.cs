using Orleans.Concurrency;
using ResPrune.Batch.Batches;
using ResPrune.Cluster.Fleet;

namespace ResPrune.Cluster.Batches;

/// <summary>
/// Coordinator of one batch; the key is the batch's id. It hands out shards and watches over them. What it knows beyond the stored record,
/// plan and commits is soft: it may be lost, or alive twice, and no answer is lost or published twice. Calls that change nothing after they have
/// waited interleave: while one of them waits for the store, the fleet and the workers are answered.
/// </summary>
[Alias("resprune.IBatchGrain")]
public interface IBatchGrain : IGrainWithStringKey
{
    /// <summary>
    /// Starts the submitted batch, or goes on with it: plans it where needed and lets the fleet work on it. Repeatable; returns at once.
    /// </summary>
    /// <exception cref="BatchNotFoundException">Nothing was submitted under this id.</exception>
    [Alias("Start")]
    [AlwaysInterleave]
    Task<BatchSnapshot> StartAsync(CancellationToken cancellationToken);

    /// <summary>The batch as it is now. Asking wakes a coordinator that was lost with its silo.</summary>
    /// <exception cref="BatchNotFoundException">Nothing was submitted under this id.</exception>
    [Alias("GetSnapshot")]
    [AlwaysInterleave]
    Task<BatchSnapshot> GetSnapshotAsync(CancellationToken cancellationToken);

    /// <summary>Ends the batch early. What is answered stays; the other rows are closed with <c>batch_cancelled</c>. Repeatable.</summary>
    /// <exception cref="BatchNotFoundException">Nothing was submitted under this id.</exception>
    [Alias("Cancel")]
    Task<BatchSnapshot> CancelAsync(CancellationToken cancellationToken);

    /// <summary>Gives a worker a shard when one waits for it. Never waits for the store: a batch that is still being read has nothing yet.</summary>
    [Alias("TryLeaseFor")]
    [AlwaysInterleave]
    Task<LeaseOffer> TryLeaseAsync(WorkRequest request, CancellationToken cancellationToken);

    /// <summary>Gives an idle worker a shard that another is slow with, when there is one.</summary>
    [Alias("TryLeaseStragglerFor")]
    [AlwaysInterleave]
    Task<LeaseOffer> TryLeaseStragglerAsync(WorkRequest request, CancellationToken cancellationToken);

    /// <summary>A worker's sign of life; the answer says whether it may go on.</summary>
    [Alias("Report")]
    [AlwaysInterleave]
    Task<LeaseState> ReportAsync(ShardReport report, CancellationToken cancellationToken);

    /// <summary>
    /// A worker says that the shard has a commit record, its own or a faster one's; the coordinator reads it, and does other things
    /// meanwhile: the store's latency would bound the shards a second of a whole fleet.
    /// </summary>
    [Alias("Complete")]
    [AlwaysInterleave]
    Task CompleteAsync(int shard, AttemptId attempt, CancellationToken cancellationToken);

    /// <summary>
    /// A worker says that its attempt failed and why. The shard is tried again, at most <see cref="BatchCoordinatorOptions.MaxAttempts"/> times where it
    /// is to blame; a batch whose images cannot be had at all ends as failed after a few tries.
    /// </summary>
    [Alias("FailWith")]
    Task FailAsync(int shard, AttemptId attempt, ShardFault fault, CancellationToken cancellationToken);

    /// <summary>
    /// A worker says that rows of its attempt failed in the engine, and that its device works: nothing is published, and the shard is tried again with
    /// these rows under suspicion.
    /// </summary>
    [Alias("Suspect")]
    Task SuspectAsync(int shard, AttemptId attempt, IReadOnlyList<SuspectRow> rows, CancellationToken cancellationToken);

    /// <summary>A stopping worker hands its shard back; it counts as no attempt.</summary>
    [Alias("Return")]
    Task ReturnAsync(int shard, AttemptId attempt, CancellationToken cancellationToken);
}
