using System.Diagnostics;

namespace ResPrune.Inference.Engine;

/// <summary>
/// Bytes that images may take at a time, from before they are decoded until the device has answered: without it every preprocessing thread may hold
/// the largest image allowed. First come, first served, so that a large one is not overtaken for ever; one that is larger than all of it waits until
/// it is alone.
/// </summary>
/// <param name="bytes">The budget.</param>
internal sealed class PixelBudget(long bytes)
{
    /// <summary>Part of the free memory that images may take.</summary>
    private const double Share = 0.25;

    private static readonly Lazy<PixelBudget> Shared = new(() => new PixelBudget((long)(AvailableMemory.Bytes() * Share)));

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private long _taken;

    /// <summary>What all engines of the process share that have none of their own: a share of what was free when the first model was loaded.</summary>
    public static PixelBudget OfProcess => Shared.Value;

    /// <summary>The budget.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>Bytes that are taken now.</summary>
    public long TakenBytes
    {
        get
        {
            lock (_lock) return _taken;
        }
    }

    /// <summary>Bytes that may still be taken.</summary>
    public long LeftBytes => Math.Max(0, Bytes - TakenBytes);

    /// <summary>Images that wait for their share.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _waiting.Count;
        }
    }

    /// <summary>Blocks until the bytes can be had. Dispose what is returned to give them back.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public PixelLease Take(long bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_lock)
        {
            if (_waiting.Count == 0 && HasRoomFor(bytes))
            {
                _taken += bytes;
                return new PixelLease(this, bytes);
            }

            waiter = new Waiter(bytes);
            _waiting.AddLast(waiter);
        }

        try
        {
            waiter.Turn.Task.Wait(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Leave(waiter);
            throw;
        }

        return new PixelLease(this, bytes);
    }

    /// <summary>A lease has changed.</summary>
    internal void Add(long bytes)
    {
        lock (_lock)
        {
            _taken += bytes;
            Debug.Assert(_taken >= 0, "More was given back than was taken.");
            Admit();
        }
    }

    private void Leave(Waiter waiter)
    {
        lock (_lock)
        {
            if (!_waiting.Remove(waiter)) _taken -= waiter.Bytes; // Its turn had come in the meantime.
            Admit();
        }
    }

    private void Admit()
    {
        while (_waiting.First is { Value: var first } && HasRoomFor(first.Bytes))
        {
            _waiting.RemoveFirst();
            _taken += first.Bytes;
            first.Turn.SetResult();
        }
    }

    private bool HasRoomFor(long bytes) => _taken == 0 || bytes <= Bytes - _taken;

    private sealed class Waiter(long bytes)
    {
        public long Bytes { get; } = bytes;

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A share of a <see cref="PixelBudget"/>.</summary>
internal sealed class PixelLease(PixelBudget budget, long bytes) : IDisposable
{
    private long _bytes = bytes;

    /// <summary>The image takes so much now: less once it is decoded and resized. Never waits. Nothing once the lease is disposed.</summary>
    public void ChangeTo(long bytes)
    {
        for (var before = Interlocked.Read(ref _bytes); before >= 0; before = Interlocked.Read(ref _bytes))
        {
            if (Interlocked.CompareExchange(ref _bytes, bytes, before) != before) continue;
            budget.Add(bytes - before);
            return;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var before = Interlocked.Exchange(ref _bytes, -1);
        if (before > 0) budget.Add(-before);
    }
}
