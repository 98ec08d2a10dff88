namespace ResPrune.Inference.Pruning;

/// <summary>How the T visual tokens of one picture lie in the prompt, and which of them may be pruned.</summary>
internal sealed record VisualLayout
{
    /// <summary>T, newlines included.</summary>
    public required int Tokens { get; init; }

    /// <summary>The tokens that may be pruned, by tile: ascending indices into T. A tile has its own seed and its share of the budget.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Tiles { get; init; }

    /// <summary>Tokens that only mark the end of a row; always kept and counted apart. Ascending; default none.</summary>
    public IReadOnlyList<int> Newlines { get; init; } = [];

    /// <summary>The tokens' own positions; null (default) where each takes the next one and kept tokens close up.</summary>
    public VisualPositions? Positions { get; init; }

    /// <summary>Tokens a budget is about.</summary>
    public int Prunable => Tokens - Newlines.Count;

    /// <summary>T tokens of one tile in raster order.</summary>
    public static VisualLayout OneTile(int tokens, VisualPositions? positions = null) =>
        new() { Tokens = tokens, Tiles = [[.. Enumerable.Range(0, tokens)]], Positions = positions };
}
