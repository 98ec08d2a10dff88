namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>
/// Which units (merge × merge patches, one visual token each) see each other, and the order they are computed in: windows of one length side by
/// side, whatever picture they belong to, so that each length is one batched attention without a mask. The windows are those of HF
/// <c>get_window_index</c>, where those on the right and bottom edges are smaller; their order there is raster, which no result depends on.
/// </summary>
internal sealed class WindowPartition
{
    private WindowPartition(IReadOnlyList<int[]> windows, IReadOnlyList<int[]> pictures)
    {
        Order = ByLength(windows);
        Inverse = Invert(Order);
        Windows = Runs(windows);
        Pictures = Runs(pictures);
        if (pictures.Count == 1) return;
        PictureOrder = [.. ByLength(pictures).Select(unit => Inverse[unit])];
        PictureInverse = Invert(PictureOrder);
    }

    /// <summary>The units in the order of computation; they are numbered picture by picture, in raster order.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>Where each unit is in <see cref="Order"/>.</summary>
    public IReadOnlyList<int> Inverse { get; }

    /// <summary>The windows, in units.</summary>
    public IReadOnlyList<AttentionRun> Windows { get; }

    /// <summary>The pictures, in units.</summary>
    public IReadOnlyList<AttentionRun> Pictures { get; }

    /// <summary>What brings the order of computation into whole pictures; null for one picture, all of whose units see all.</summary>
    public IReadOnlyList<int>? PictureOrder { get; }

    /// <summary>What brings whole pictures back into the order of computation.</summary>
    public IReadOnlyList<int>? PictureInverse { get; }

    /// <summary>Partitions the pictures of one forward pass.</summary>
    /// <param name="grids">Units of each picture.</param>
    /// <param name="side">Units along a side of a whole window.</param>
    public static WindowPartition Create(IReadOnlyList<PatchGrid> grids, int side)
    {
        var windows = new List<int[]>();
        var pictures = new int[grids.Count][];
        var start = 0;
        for (var i = 0; i < pictures.Length; i++)
        {
            var (rows, columns) = grids[i];
            for (var top = 0; top < rows; top += side)
            {
                for (var left = 0; left < columns; left += side)
                    windows.Add(Window(start, columns, (top, Math.Min(top + side, rows)), (left, Math.Min(left + side, columns))));
            }

            pictures[i] = [.. Enumerable.Range(start, grids[i].Patches)];
            start += grids[i].Patches;
        }

        return new WindowPartition(windows, pictures);
    }

    private static int[] Window(int start, int columns, (int From, int To) rows, (int From, int To) across)
    {
        var units = new int[(rows.To - rows.From) * (across.To - across.From)];
        var at = 0;
        for (var row = rows.From; row < rows.To; row++)
        {
            for (var column = across.From; column < across.To; column++) units[at++] = start + (row * columns) + column;
        }

        return units;
    }

    private static int[] Invert(IReadOnlyList<int> order)
    {
        var inverse = new int[order.Count];
        for (var i = 0; i < inverse.Length; i++) inverse[order[i]] = i;
        return inverse;
    }

    private static int[] ByLength(IReadOnlyList<int[]> groups) => [.. groups.OrderBy(group => group.Length).SelectMany(group => group)];

    private static AttentionRun[] Runs(IReadOnlyList<int[]> groups) =>
        [.. groups.GroupBy(group => group.Length).OrderBy(same => same.Key).Select(same => new AttentionRun(same.Count(), same.Key))];
}
