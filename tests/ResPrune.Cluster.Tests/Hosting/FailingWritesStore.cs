using ResPrune.Batch.Storage;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>A store whose first writes to some names fail after they were carried out: the reply is lost, the outcome unknown.</summary>
internal sealed class FailingWritesStore(IBlobStore store, Func<string, bool> concerned, int failures) : ForwardingStore(store)
{
    private int _left = failures;

    public override async Task<BlobWriteResult> WriteAsync(
        string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        var result = await base.WriteAsync(name, content, condition, cancellationToken);
        if (concerned(name) && Interlocked.Decrement(ref _left) >= 0)
            throw new IOException($"The reply to the write of '{name}' was lost.");
        return result;
    }
}
