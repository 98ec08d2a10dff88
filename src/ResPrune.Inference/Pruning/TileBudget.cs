namespace ResPrune.Inference.Pruning;

/// <summary>Splits a picture's budget over its tiles.</summary>
internal static class TileBudget
{
    /// <summary>Shares in proportion to the tiles' sizes by largest remainder, ties to the lower tile; they add up to the budget.</summary>
    /// <param name="budget">Tokens to keep, from 0 to the sum of the sizes.</param>
    /// <param name="sizes">Tokens of each tile.</param>
    public static int[] Split(int budget, IReadOnlyList<int> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        long total = sizes.Sum();
        ArgumentOutOfRangeException.ThrowIfNegative(budget);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(budget, total);
        if (total == 0) return new int[sizes.Count];
        var shares = sizes.Select(size => (int)(budget * (long)size / total)).ToArray();
        var byRemainder = Enumerable.Range(0, sizes.Count).OrderByDescending(tile => budget * (long)sizes[tile] % total).ThenBy(tile => tile);
        foreach (var tile in byRemainder.Take(budget - shares.Sum())) shares[tile]++;
        return shares;
    }
}
