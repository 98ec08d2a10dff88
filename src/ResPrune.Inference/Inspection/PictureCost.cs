namespace ResPrune.Inference.Inspection;

/// <summary>What a picture of some size becomes in a model.</summary>
/// <param name="Width">Its width in pixels.</param>
/// <param name="Height">Its height in pixels.</param>
/// <param name="Tiles">Tiles that are pruned one by one.</param>
/// <param name="VisualTokens">Visual tokens before pruning, newlines included.</param>
/// <param name="Newlines">Those among them that only end a row of a tiled picture; always kept.</param>
/// <param name="Budgets">What token budgets leave of it.</param>
public sealed record PictureCost(int Width, int Height, int Tiles, int VisualTokens, int Newlines, IReadOnlyList<BudgetCost> Budgets);
