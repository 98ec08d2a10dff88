using ResPrune.Inference.Sampling;

namespace ResPrune.Inference.Pruning;

/// <summary>(13) Runs a pruner over a whole picture: tile by tile or over all tiles, newlines kept beside what it chooses.</summary>
internal static class VisualTokenSelector
{
    /// <summary>Selects.</summary>
    /// <param name="pruner">Chooses.</param>
    /// <param name="layout">Where the tokens lie.</param>
    /// <param name="scope">What one selection ranges over.</param>
    /// <param name="picture">The request for the picture as a whole: all T tokens and seed scores, the budget for those that may be pruned.</param>
    /// <exception cref="TokenSelectionException">A value that must be finite is not.</exception>
    public static VisualSelection Select(IVisualTokenPruner pruner, VisualLayout layout, PruningScope scope, in TokenSelectionRequest picture)
    {
        ArgumentNullException.ThrowIfNull(pruner);
        ArgumentNullException.ThrowIfNull(layout);
        var tiles = scope == PruningScope.Global && layout.Tiles.Count > 1 ? [[.. layout.Tiles.SelectMany(tile => tile).Order()]] : layout.Tiles;
        var budgets = TileBudget.Split(Math.Min(picture.Budget, layout.Prunable), [.. tiles.Select(tile => tile.Count)]);
        var orders = new List<int[]>(tiles.Count);
        for (var i = 0; i < tiles.Count; i++)
        {
            if (budgets[i] == 0)
            {
                orders.Add([]);
                continue;
            }

            var tile = tiles[i];
            var order = pruner.Select(tile.Count == layout.Tokens ? picture : Part(picture, tile, budgets[i], i)).Order;
            orders.Add([.. order.Select(own => tile[own])]);
        }

        int[] kept = [.. orders.SelectMany(order => order), .. layout.Newlines];
        Array.Sort(kept);
        return new VisualSelection(orders, kept);
    }

    private static TokenSelectionRequest Part(in TokenSelectionRequest picture, IReadOnlyList<int> tile, int budget, int index)
    {
        var width = picture.Tokens.Width;
        var values = new float[tile.Count * width];
        for (var i = 0; i < tile.Count; i++) picture.Tokens.Values.Slice(tile[i] * width, width).CopyTo(values.AsMemory(i * width));
        var scores = picture.SeedScores.Length == 0 ? [] : new float[tile.Count];
        for (var i = 0; i < scores.Length; i++) scores[i] = picture.SeedScores.Span[tile[i]];
        return picture with
        {
            Tokens = new VisualTokens(values, tile.Count, width),
            SeedScores = scores,
            Budget = budget,

            // Tiles of one size must not all lose the same places.
            RandomSeed = index == 0 ? picture.RandomSeed : unchecked((long)new SampleStream(picture.RandomSeed).Bits(index)),
        };
    }
}
