using ResPrune.Batch.Batches;

namespace ResPrune.Cluster.Batches;

/// <summary>
/// What workers could not get of a batch, and when that is enough to end it: a batch that nobody can open must not go round for ever. Pure logic. A
/// batch whose images were read once is never ended for a place that is away for a while.
/// </summary>
internal sealed class BatchTroubles(BatchCoordinatorOptions options)
{
    private readonly HashSet<string> _refusedBy = new(StringComparer.Ordinal);
    private int _refusals;
    private int _unreached;
    private bool _wasOpened;
    private DateTimeOffset? _storeTroubleSince;

    /// <summary>A row has an outcome: the batch can be opened.</summary>
    public void NoteOpened()
    {
        _wasOpened = true;
        _refusedBy.Clear();
        _refusals = _unreached = 0;
    }

    /// <summary>A shard was committed: the store works.</summary>
    public void NoteCommit() => _storeTroubleSince = null;

    /// <summary>Takes note of a fault; why the batch is to end, or null while it may go on.</summary>
    public BatchError? Note(string worker, ShardFault fault, DateTimeOffset now)
    {
        switch (fault.Kind)
        {
            case ShardFaultKind.ImagesRefused when !_wasOpened:
                _refusedBy.Add(worker);
                _refusals++;
                // Another worker may be set up otherwise; the same one will say the same.
                return _refusedBy.Count >= 2 || _refusals >= options.OpenRefusals
                    ? new BatchError("image_root_refused", fault.Message, Param: "image_root")
                    : null;
            case ShardFaultKind.ImagesUnreachable when !_wasOpened:
                return ++_unreached >= options.OpenTries
                    ? new BatchError("image_root_unreachable", $"Tried {_unreached} times: {fault.Message}", Param: "image_root")
                    : null;
            case ShardFaultKind.StoreTrouble:
                _storeTroubleSince ??= now;
                return now - _storeTroubleSince >= options.UnreadableAfter
                    ? new BatchError("batch_unreadable", $"No shard could be finished for {options.UnreadableAfter}: {fault.Message}")
                    : null;
            default:
                return null;
        }
    }
}
