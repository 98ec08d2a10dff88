using System.Collections.Concurrent;
using ResPrune.Batch.Storage;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>A store whose reads of some blobs hang from the second one on, until it is opened.</summary>
/// <param name="inner">The blobs.</param>
/// <param name="isStuck">Which blobs.</param>
/// <param name="after">Reads of each that pass.</param>
internal sealed class StuckReadsStore(IBlobStore inner, Func<string, bool> isStuck, int after) : ForwardingStore(inner)
{
    private readonly ConcurrentDictionary<string, int> _reads = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets every read pass.</summary>
    public void Open() => _open.TrySetResult();

    public override async Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        if (isStuck(name) && _reads.AddOrUpdate(name, 1, (_, reads) => reads + 1) > after) await _open.Task.WaitAsync(cancellationToken);
        return await base.ReadAsync(name, maxBytes, cancellationToken);
    }
}
