namespace ResPrune.Inference.Pruning;

/// <summary>Which visual tokens of one image are kept.</summary>
/// <param name="Order">Indices in the order they were chosen; the first is the seed.</param>
/// <param name="Kept">The same indices ascending, which is raster order: what the language model sees.</param>
internal sealed record TokenSelection(int[] Order, int[] Kept)
{
    /// <summary>Every token of <paramref name="count"/>, in raster order: what a caller uses when there is nothing to drop.</summary>
    public static TokenSelection KeepAll(int count)
    {
        var all = new int[count];
        for (var i = 0; i < count; i++) all[i] = i;
        return new TokenSelection(all, all);
    }

    /// <summary>A selection from its order of choice.</summary>
    public static TokenSelection FromOrder(int[] order)
    {
        var kept = order.AsSpan().ToArray();
        Array.Sort(kept);
        return new TokenSelection(order, kept);
    }
}
