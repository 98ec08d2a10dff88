using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>Lets so many requests through an engine and holds the others until it is opened.</summary>
internal sealed class Gate(int pass)
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _passed;
    private int _held;

    public int Held => Volatile.Read(ref _held);

    public void Open() => _open.TrySetResult();

    public async Task<GenerationOutcome?> PassAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _passed) <= pass) return null;
        Interlocked.Increment(ref _held);
        try
        {
            await _open.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }

        return null;
    }
}
