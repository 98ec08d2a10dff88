using ResPrune.Batch.Storage;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>A store whose reads of some names wait until so many of them are under way at once.</summary>
internal sealed class HeldReadsStore(IBlobStore store, Func<string, bool> concerned, int together) : ForwardingStore(store)
{
    private readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reads;

    public override async Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        if (concerned(name))
        {
            if (Interlocked.Increment(ref _reads) == together) _met.TrySetResult();
            await _met.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        }

        return await base.ReadAsync(name, maxBytes, cancellationToken);
    }
}
