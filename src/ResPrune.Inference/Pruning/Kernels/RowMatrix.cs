namespace ResPrune.Inference.Pruning.Kernels;

/// <summary>Pinned float rows whose width is a multiple of <see cref="DotKernel.Block"/>.</summary>
/// <param name="Rows">First value of row 0.</param>
/// <param name="Count">Rows.</param>
/// <param name="Width">Values per row.</param>
internal readonly unsafe record struct RowMatrix(nint Rows, int Count, int Width)
{
    /// <summary>First value of row <paramref name="index"/>.</summary>
    public float* Row(int index) => (float*)Rows + ((nint)index * Width);
}
