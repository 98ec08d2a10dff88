using ResPrune.Batch.Storage;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>A store whose first reads of some names fail, as those of a service that is away.</summary>
internal sealed class FailingReadsStore(IBlobStore store, Func<string, bool> concerned, int failures) : ForwardingStore(store)
{
    private int _left = failures;

    public override Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken) =>
        concerned(name) && Interlocked.Decrement(ref _left) >= 0
            ? throw new BlobStoreUnavailableException(Location, "the service cannot be reached")
            : base.ReadAsync(name, maxBytes, cancellationToken);
}
