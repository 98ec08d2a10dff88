using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>
/// A weight matrix [rows, columns]. Held in half precision under float32 activations it is widened block by block when it is used, so that no
/// more than a block exists in float32.
/// </summary>
internal sealed class WeightMatrix : IDisposable
{
    /// <summary>
    /// Bytes of a widened block. Small enough that it is still in the cache when its product reads it, and that the allocator reuses it without
    /// page faults: measured, one token costs less than over a float32 matrix, and 640 tokens a tenth more.
    /// </summary>
    private const long BlockBytes = 8 << 20;

    private readonly Tensor _weight;

    public WeightMatrix(IWeightSource weights, string name, long rows, long columns) => _weight = weights.TakeMatrix(name, rows, columns);

    /// <summary>The matrix as it is held; training changes it.</summary>
    public Tensor Parameter => _weight;

    /// <summary>Product with the transpose. [..., columns] -> [..., rows]</summary>
    public Tensor Multiply(Tensor x, Tensor? bias = null)
    {
        if (x.dtype == _weight.dtype) return nn.functional.linear(x, _weight, bias);
        using var scope = NewDisposeScope();
        var (rows, step) = (_weight.size(0), BlockRows(x));
        var parts = new List<Tensor>();
        for (long start = 0; start < rows; start += step)
        {
            var count = Math.Min(step, rows - start);
            using var block = _weight.narrow(0, start, count);
            using var wide = block.to_type(x.dtype);
            parts.Add(nn.functional.linear(x, wide, bias?.narrow(0, start, count)));
        }

        return cat(parts, -1).MoveToOuterDisposeScope();
    }

    /// <summary>Rows by number, in the type that is computed in. int64 [N] -> [N, columns]</summary>
    public Tensor Rows(Tensor ids, ScalarType compute)
    {
        using var rows = _weight.index_select(0, ids);
        return rows.to_type(compute);
    }

    /// <inheritdoc/>
    public void Dispose() => _weight.Dispose();

    private long BlockRows(Tensor x) => Math.Max(1, BlockBytes / (_weight.size(1) * x.ElementSize));
}
