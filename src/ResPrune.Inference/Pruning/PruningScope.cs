namespace ResPrune.Inference.Pruning;

/// <summary>What one selection ranges over in a picture of several tiles; the same thing where there is one tile.</summary>
public enum PruningScope
{
    /// <summary>The budget is split over the tiles in proportion to their tokens, one selection with its own seed for each.</summary>
    Tile,

    /// <summary>One selection over the tokens of all tiles.</summary>
    Global,
}
