using ResPrune.Batch.Storage;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>A store whose writes to some names wait until they are let go.</summary>
internal sealed class HeldWritesStore(IBlobStore store, Func<string, bool> concerned) : ForwardingStore(store)
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _held;

    public int Held => Volatile.Read(ref _held);

    public void Open() => _open.TrySetResult();

    public override async Task<BlobWriteResult> WriteAsync(
        string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        if (concerned(name))
        {
            Interlocked.Increment(ref _held);
            await _open.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        }

        return await base.WriteAsync(name, content, condition, cancellationToken);
    }
}
