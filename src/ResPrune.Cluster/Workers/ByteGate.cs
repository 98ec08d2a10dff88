namespace ResPrune.Cluster.Workers;

/// <summary>
/// Bounds the bytes that are held at a time; those that wait get in in their order. What is larger than the whole bound gets in alone.
/// </summary>
internal sealed class ByteGate(long most)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(long Bytes, TaskCompletionSource Entered)> _waiting = new();
    private long _held;

    /// <summary>Bytes held now.</summary>
    public long Held
    {
        get
        {
            lock (_lock) return _held;
        }
    }

    /// <summary>Waits until so many bytes may be held as well.</summary>
    public async Task EnterAsync(long bytes, CancellationToken cancellationToken)
    {
        LinkedListNode<(long Bytes, TaskCompletionSource Entered)> place;
        lock (_lock)
        {
            if (_waiting.Count == 0 && Fits(bytes))
            {
                _held += bytes;
                return;
            }

            place = _waiting.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        try
        {
            await place.Value.Entered.Task.WaitAsync(cancellationToken);
        }
        catch
        {
            lock (_lock)
            {
                // It may have got in at the same moment.
                if (place.List is null) _held -= bytes;
                else _waiting.Remove(place);
                LetIn();
            }

            throw;
        }
    }

    /// <summary>Corrects what is held to what it turned out to be, without waiting.</summary>
    public void Correct(long difference)
    {
        lock (_lock)
        {
            _held += difference;
            LetIn();
        }
    }

    /// <summary>So many bytes are not held any more.</summary>
    public void Leave(long bytes) => Correct(-bytes);

    private bool Fits(long bytes) => _held == 0 || _held + bytes <= most;

    private void LetIn()
    {
        while (_waiting.First is { } first && Fits(first.Value.Bytes))
        {
            _held += first.Value.Bytes;
            _waiting.RemoveFirst();
            first.Value.Entered.SetResult();
        }
    }
}
