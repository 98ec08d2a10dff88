using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Fleet;
using ResPrune.Server.Tracing;

namespace ResPrune.Server.Batches;

/// <summary>Submits batches and watches them, through the grains like everybody else.</summary>
public sealed class BatchClient
{
    private readonly IBlobStore _store;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;

    internal BatchClient(IBlobStore store, IGrainFactory grains, TimeProvider time)
    {
        _store = store;
        _grains = grains;
        _time = time;
    }

    /// <summary>
    /// Stores a batch and starts it. A batch of this id that exists goes on as it is, whatever is given now: that is how an interrupted run
    /// is resumed.
    /// </summary>
    /// <exception cref="BatchInputException">The input holds no question; nothing is stored.</exception>
    /// <exception cref="ValidationException">A setting is out of range.</exception>
    public Task<BatchSnapshot> SubmitAsync(BatchId batch, BatchInput input, BatchSpec spec, CancellationToken cancellationToken) =>
        SubmitAsync(batch, input, spec, metadata: null, cancellationToken);

    /// <summary>The same with the submitter's own labels.</summary>
    /// <exception cref="BatchInputException">The input holds no question; nothing is stored.</exception>
    /// <exception cref="ValidationException">A setting is out of range.</exception>
    public async Task<BatchSnapshot> SubmitAsync(
        BatchId batch, BatchInput input, BatchSpec spec, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        using var span = SubmitActivity.Start(batch);
        SubmitActivity.Stored(span, await new BatchSubmitter(_store, _time).SubmitAsync(batch, input, spec, metadata, cancellationToken));
        return await StartAsync(batch, cancellationToken);
    }

    /// <summary>Starts a batch that is stored, or goes on with it. Repeatable.</summary>
    /// <exception cref="BatchNotFoundException">Nothing was submitted under this id.</exception>
    public Task<BatchSnapshot> StartAsync(BatchId batch, CancellationToken cancellationToken) => Coordinator(batch).StartAsync(cancellationToken);

    /// <summary>The batch as it is now.</summary>
    /// <exception cref="BatchNotFoundException">Nothing was submitted under this id.</exception>
    public Task<BatchSnapshot> GetProgressAsync(BatchId batch, CancellationToken cancellationToken) =>
        Coordinator(batch).GetSnapshotAsync(cancellationToken);

    /// <summary>The batch every <paramref name="interval"/>, the last time when it has ended.</summary>
    /// <exception cref="BatchNotFoundException">Nothing was submitted under this id.</exception>
    public async IAsyncEnumerable<BatchSnapshot> WatchAsync(
        BatchId batch, TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var snapshot = await GetProgressAsync(batch, cancellationToken);
            yield return snapshot;
            if (snapshot.IsTerminal) yield break;
            await Task.Delay(interval, _time, cancellationToken);
        }
    }

    /// <summary>Waits until the batch has ended.</summary>
    /// <exception cref="BatchNotFoundException">Nothing was submitted under this id.</exception>
    public async Task<BatchSnapshot> WaitAsync(BatchId batch, CancellationToken cancellationToken) =>
        await WatchAsync(batch, TimeSpan.FromMilliseconds(100), cancellationToken).LastAsync(cancellationToken);

    /// <summary>Ends the batch early; what is answered stays.</summary>
    /// <exception cref="BatchNotFoundException">Nothing was submitted under this id.</exception>
    public Task<BatchSnapshot> CancelAsync(BatchId batch, CancellationToken cancellationToken) =>
        Coordinator(batch).CancelAsync(cancellationToken);

    /// <summary>
    /// The totals of a batch that has ended: tokens, seconds a stage, what pruning saved, where the files are; null while there are none.
    /// </summary>
    public Task<BatchManifest?> ReadManifestAsync(BatchId batch, CancellationToken cancellationToken) =>
        new BatchFinalizer(_store, _time).ReadManifestAsync(batch, cancellationToken);

    /// <summary>The models that workers serve at this moment, the one with most workers first.</summary>
    public Task<IReadOnlyList<FleetModel>> ListModelsAsync(CancellationToken cancellationToken) =>
        _grains.GetGrain<IFleetGrain>(IFleetGrain.Key).ListModelsAsync(cancellationToken);

    private IBatchGrain Coordinator(BatchId batch) => _grains.GetGrain<IBatchGrain>(batch.Value);
}
