namespace ResPrune.Inference.Pruning;

/// <summary>Which visual tokens of a picture stay.</summary>
/// <param name="Orders">Indices into T in order of choice, a list for each selection that was made; empty when nothing was pruned.</param>
/// <param name="Kept">Everything that stays, newlines included, in raster order.</param>
internal sealed record VisualSelection(IReadOnlyList<int[]> Orders, int[] Kept)
{
    /// <summary>Nothing is pruned.</summary>
    public static VisualSelection KeepAll(VisualLayout layout) => new([], [.. Enumerable.Range(0, layout.Tokens)]);
}
