using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>
/// A weight matrix [rows, columns]. Held in half precision under float32 activations it is widened block by block when it is used, so that no
/// more than a block exists in float32.
/// </summary>
internal sealed class WeightMatrix : IDisposable
{
    private readonly WideningBuffer? _widening;
    private readonly Tensor _weight;

    public WeightMatrix(IWeightSource weights, string name, long rows, long columns)
    {
        _weight = weights.TakeMatrix(name, rows, columns);
        _widening = weights.Widening;
    }

    /// <summary>The matrix as it is held; training changes it.</summary>
    public Tensor Parameter => _weight;

    /// <summary>Product with the transpose. [..., columns] -> [..., rows]</summary>
    public Tensor Multiply(Tensor x, Tensor? bias = null)
    {
        if (x.dtype == _weight.dtype) return nn.functional.linear(x, _weight, bias);
        var widening = _widening ?? throw new InvalidOperationException($"{x.dtype} activations meet {_weight.dtype} weights.");
        using var scope = NewDisposeScope();
        var (rows, columns) = (_weight.size(0), _weight.size(1));
        var tokens = x.reshape(-1, columns); // [N, columns]
        var product = empty([tokens.size(0), rows], dtype: x.dtype, device: x.device); // [N, rows]
        var step = WideningBuffer.BlockRows(columns, x);
        for (long start = 0; start < rows; start += step)
        {
            using var blockScope = NewDisposeScope();
            var count = Math.Min(step, rows - start);
            var wide = widening.Widen(_weight.narrow(0, start, count), x); // [count, columns]
            product.narrow(1, start, count).copy_(nn.functional.linear(tokens, wide, bias?.narrow(0, start, count)));
        }

        return product.view([.. Enumerable.Range(0, (int)x.dim() - 1).Select(dimension => x.size(dimension)), rows]).MoveToOuterDisposeScope();
    }

    /// <summary>Rows by number, in the type that is computed in. int64 [N] -> [N, columns]</summary>
    public Tensor Rows(Tensor ids, ScalarType compute)
    {
        using var rows = _weight.index_select(0, ids);
        return rows.to_type(compute);
    }

    /// <inheritdoc/>
    public void Dispose() => _weight.Dispose();
}
