using System.Runtime.Intrinsics;

namespace ResPrune.Inference.Pruning.Kernels;

/// <summary>
/// The three inner loops of the selector for one vector width. Everything is accumulated in float64: on hidden states with a shared
/// direction and a few huge dimensions (which real ones have) a float32 Gram matrix loses the residual, and the order of selection with
/// it. Each dot product is summed in the same order wherever its row lies in a block, so that equal rows have bit-equal products.
/// </summary>
internal abstract unsafe class DotKernel
{
    /// <summary>Row widths are padded to a multiple of this.</summary>
    public const int Block = 8;

    /// <summary>Rows, and vectors, of one register tile.</summary>
    public const int TileSide = 4;

    /// <summary>Tokens whose factor rows lie side by side; see <see cref="Deflate"/>.</summary>
    public const int TokenTile = 64;

    /// <summary>The widest kernel this machine runs at full speed.</summary>
    public static DotKernel Best { get; } =
        Vector512.IsHardwareAccelerated ? new Vector512DotKernel() : new Vector256DotKernel();

    /// <summary>
    /// Dot products of four rows with four vectors over <paramref name="length"/> values (a multiple of <see cref="Block"/>).
    /// </summary>
    /// <param name="row0">First row, and so on to <paramref name="row3"/>.</param>
    /// <param name="row1">Second row.</param>
    /// <param name="row2">Third row.</param>
    /// <param name="row3">Fourth row.</param>
    /// <param name="packed">The vectors: per block of 8 positions, 8 values of each of the four.</param>
    /// <param name="length">Positions.</param>
    /// <param name="sums">[row, vector] 4 × 4, overwritten.</param>
    public abstract void Dot4x4(float* row0, float* row1, float* row2, float* row3, double* packed, int length, double* sums);

    /// <summary>Σ v² over <paramref name="length"/> values, summed in the order of <see cref="Dot4x4"/>.</summary>
    public abstract double SquaredNorm(float* row, int length);

    /// <summary>
    /// One step of the pivoted Cholesky factorisation for 64 tokens: l = (g − Σ_s L[s]·pivot[s]) / √e_pivot; e ← max(0, e − l²);
    /// score ← e·w.
    /// </summary>
    /// <param name="step">Columns of L that exist; the new one is written at L[step].</param>
    /// <param name="factor">L of these tokens, [step, 64].</param>
    /// <param name="pivot">The pivot's row of L, [step].</param>
    /// <param name="inverseRoot">1/√e of the pivot.</param>
    /// <param name="gram">v_i·v_pivot, [64].</param>
    /// <param name="energy">e, [64], updated.</param>
    /// <param name="weight">w, [64]; 0 marks a token that cannot be chosen, whose score is 0 whatever its other numbers are.</param>
    /// <param name="score">[64], overwritten.</param>
    /// <returns>The largest score.</returns>
    public abstract double Deflate(
        int step, double* factor, double* pivot, double inverseRoot, double* gram, double* energy, double* weight, double* score);
}
