namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>Patches of one picture; both are multiples of the merge size.</summary>
/// <param name="Rows">Patches from top to bottom.</param>
/// <param name="Columns">Patches from left to right.</param>
internal readonly record struct PatchGrid(int Rows, int Columns)
{
    /// <summary>All of them.</summary>
    public int Patches => Rows * Columns;
}
