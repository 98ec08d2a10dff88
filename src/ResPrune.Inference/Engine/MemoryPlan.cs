namespace ResPrune.Inference.Engine;

/// <summary>Requests that are worked on together, and the positions of the cache that each gets.</summary>
/// <param name="Requests">At least one.</param>
/// <param name="Positions">No more than their longest needs; less only for one that is alone and may outgrow the memory there is.</param>
internal sealed record MicroBatch(IReadOnlyList<PreparedRequest> Requests, int Positions)
{
    /// <summary>Whether each has the positions that its prompt and whole answer need.</summary>
    public bool IsWhole => Requests.All(request => MemoryPlan.Need(request) <= Positions);

    /// <summary>Whether each has at least the positions of its prompt and of one token more.</summary>
    public bool CanBegin => Requests.All(request => request.PromptTokens < Positions);
}

/// <summary>
/// Cuts a micro-batch into parts for which there is memory: the cache takes at most a share of what is free, activations the rest. A request that
/// needs more than there is stays alone, with as many positions as there are; its answer may end before it needs them all.
/// </summary>
/// <param name="memory">What there is.</param>
/// <param name="activations">What encoding and prefilling take.</param>
/// <param name="cacheBytesPerToken">What a token takes in the cache.</param>
internal sealed class MemoryPlan(DeviceMemory memory, ActivationCost activations, long cacheBytesPerToken)
{
    /// <summary>Part of the free memory that the cache may take.</summary>
    private const double CacheShare = 0.6;

    /// <summary>Positions of prompt and whole answer.</summary>
    public static int Need(PreparedRequest request) => request.PromptTokens + request.MaxTokens;

    /// <summary>Tokens for which there is room, the cache included that is held already.</summary>
    /// <param name="heldBytes">Bytes of the cache as it is.</param>
    public long RoomTokens(long heldBytes) => CacheBytes(Total(heldBytes)) / cacheBytesPerToken;

    /// <summary>Cuts a batch, in its order where all of it fits; else short requests first, since a part is as wide as its longest.</summary>
    /// <param name="batch">The requests.</param>
    /// <param name="heldBytes">Bytes of the cache as it is.</param>
    public IReadOnlyList<MicroBatch> Cut(IReadOnlyList<PreparedRequest> batch, long heldBytes)
    {
        var total = Total(heldBytes);
        var tokens = Math.Max(CacheBytes(total), heldBytes) / cacheBytesPerToken;
        var working = total - CacheBytes(total);
        var longest = batch.Max(Need);
        if ((long)batch.Count * longest <= tokens && Working(batch) <= working) return [new MicroBatch(batch, longest)];

        var parts = new List<MicroBatch>();
        var part = new List<PreparedRequest>();
        foreach (var request in batch.OrderBy(Need))
        {
            part.Add(request);
            if (part.Count == 1 || ((long)part.Count * Need(request) <= tokens && Working(part) <= working)) continue;
            part.RemoveAt(part.Count - 1);
            Close();
            part.Add(request);
        }

        Close();
        return parts;

        void Close()
        {
            parts.Add(new MicroBatch([.. part], (int)Math.Min(Need(part[^1]), tokens / part.Count)));
            part.Clear();
        }
    }

    private long Total(long heldBytes)
    {
        var free = memory.FreeBytes;
        return memory.IncludesCache || free > long.MaxValue - heldBytes ? free : free + heldBytes;
    }

    private static long CacheBytes(long total) => (long)(total * CacheShare);

    private long Working(IReadOnlyCollection<PreparedRequest> part) => Math.Max(
        part.DistinctBy(request => request.ImageKey).Sum(request => activations.Encoding(request.Image.Layout)),
        activations.Prefilling(part.Sum(request => (long)request.PromptTokens)));
}
