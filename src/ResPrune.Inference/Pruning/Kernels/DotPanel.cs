namespace ResPrune.Inference.Pruning.Kernels;

/// <summary>Dot products of many rows with a few vectors: the matrix product of the selector, blocked for the first-level cache.</summary>
internal static unsafe class DotPanel
{
    /// <summary>Most vectors of one call.</summary>
    public const int MaxVectors = 16;

    /// <summary>Positions per pass over the rows; with four vectors as doubles this is half a first-level cache.</summary>
    private const int Chunk = 512;

    /// <summary>Doubles of scratch that <see cref="Compute"/> needs.</summary>
    public const int PackLength = Chunk * MaxVectors;

    /// <summary>results[j][i] = rows[i] · vectors[j] for the rows listed and the vectors listed; other results are left as they are.</summary>
    /// <param name="kernel">The inner loop.</param>
    /// <param name="rows">[T, d].</param>
    /// <param name="rowIndices">Rows to use.</param>
    /// <param name="vectors">[*, d].</param>
    /// <param name="vectorIndices">Vectors to use, at most <see cref="MaxVectors"/>.</param>
    /// <param name="pack">Scratch of <see cref="PackLength"/>.</param>
    /// <param name="results">Where the products of each vector listed begin; T long each.</param>
    public static void Compute(
        DotKernel kernel,
        RowMatrix rows,
        ReadOnlySpan<int> rowIndices,
        RowMatrix vectors,
        ReadOnlySpan<int> vectorIndices,
        double* pack,
        ReadOnlySpan<nint> results)
    {
        const int Side = DotKernel.TileSide;
        var sums = stackalloc double[Side * Side];
        for (var start = 0; start < rows.Width; start += Chunk)
        {
            var length = Math.Min(Chunk, rows.Width - start);
            Pack(vectors, vectorIndices, start, length, pack);
            for (var i = 0; i < rowIndices.Length; i += Side)
            {
                var last = rowIndices.Length - 1;
                var row0 = rows.Row(rowIndices[i]) + start;
                var row1 = rows.Row(rowIndices[Math.Min(i + 1, last)]) + start;
                var row2 = rows.Row(rowIndices[Math.Min(i + 2, last)]) + start;
                var row3 = rows.Row(rowIndices[Math.Min(i + 3, last)]) + start;
                for (var j = 0; j < vectorIndices.Length; j += Side)
                {
                    kernel.Dot4x4(row0, row1, row2, row3, pack + (j * length), length, sums);
                    Scatter(sums, rowIndices[i..Math.Min(i + Side, rowIndices.Length)], results[j..], start == 0);
                }
            }
        }
    }

    /// <summary>Σ v² of one row, bit-equal to what <see cref="Compute"/> gives for the row with itself or with an equal one.</summary>
    public static double SquaredNorm(DotKernel kernel, float* row, int width)
    {
        var sum = 0.0;
        for (var start = 0; start < width; start += Chunk) sum += kernel.SquaredNorm(row + start, Math.Min(Chunk, width - start));
        return sum;
    }

    private static void Scatter(double* sums, ReadOnlySpan<int> rowIndices, ReadOnlySpan<nint> results, bool first)
    {
        for (var j = 0; j < Math.Min(DotKernel.TileSide, results.Length); j++)
        {
            var target = (double*)results[j];
            for (var i = 0; i < rowIndices.Length; i++)
            {
                ref var value = ref target[rowIndices[i]];
                value = (first ? 0 : value) + sums[(i * DotKernel.TileSide) + j];
            }
        }
    }

    /// <summary>Per group of four vectors, per block of 8 positions: 8 doubles of each vector; zeros where a group is not full.</summary>
    private static void Pack(RowMatrix vectors, ReadOnlySpan<int> indices, int start, int length, double* pack)
    {
        const int Side = DotKernel.TileSide, Block = DotKernel.Block;
        for (var j = 0; j < indices.Length; j += Side)
        {
            var group = pack + (j * length);
            for (var v = 0; v < Side; v++)
            {
                var source = j + v < indices.Length ? vectors.Row(indices[j + v]) + start : null;
                for (var i = 0; i < length; i++)
                {
                    group[(i / Block * Block * Side) + (v * Block) + (i % Block)] = source is null ? 0 : source[i];
                }
            }
        }
    }
}
