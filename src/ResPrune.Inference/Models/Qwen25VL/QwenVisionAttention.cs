using ResPrune.Inference.Models.Language;
using TorchSharp;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>
/// Who sees whom in one kind of layer: in the windows, or in whole pictures. Groups of one length are one batched attention, so a picture never
/// pays for, nor sees, another. Shapes: S patches of all pictures, H heads, D head size, C hidden.
/// </summary>
internal sealed class QwenVisionAttention
{
    private readonly IReadOnlyList<AttentionRun> _runs;
    private readonly Tensor? _order;
    private readonly Tensor? _inverse;
    private readonly int _unit;
    private readonly Tensor _cos;
    private readonly Tensor _sin;

    /// <param name="runs">Groups in units, as they lie after <paramref name="order"/>.</param>
    /// <param name="order">What brings units into that order; null where they lie so.</param>
    /// <param name="inverse">What brings them back.</param>
    /// <param name="unit">Patches of a unit.</param>
    /// <param name="angles">Cosine and sine of each patch, float32 [S, 1, D], before <paramref name="order"/>.</param>
    public QwenVisionAttention(IReadOnlyList<AttentionRun> runs, Tensor? order, Tensor? inverse, int unit, (Tensor Cos, Tensor Sin) angles)
    {
        _runs = runs;
        _order = order;
        _inverse = inverse;
        _unit = unit;
        (_cos, _sin) = (Reorder(angles.Cos, order), Reorder(angles.Sin, order));
    }

    /// <summary>Brings patches into this attention's order. [S, C] -> [S, C]</summary>
    public Tensor Enter(Tensor hidden) => Reorder(hidden, _order);

    /// <summary>Brings them back. [S, C] -> [S, C]</summary>
    public Tensor Leave(Tensor hidden) => Reorder(hidden, _inverse);

    /// <summary>Queries, keys and values of <see cref="Enter"/>'s order. 3 x [S, H, D] -> [S, C]</summary>
    public Tensor Attend(Tensor query, Tensor key, Tensor value)
    {
        using var scope = NewDisposeScope();

        // Rotated in float32 as in HF, and kept so on a CPU, where attention in half precision is slower.
        var dtype = query.device_type == DeviceType.CPU ? ScalarType.Float32 : query.dtype;
        var q = Rotate(query, dtype);
        var k = Rotate(key, dtype);
        var v = value.to_type(dtype);
        var parts = new List<Tensor>(_runs.Count);
        long start = 0;
        foreach (var (groups, length) in _runs)
        {
            var (count, patches) = ((long)groups, (long)length * _unit);
            Tensor Part(Tensor x) => x.narrow(0, start, count * patches).view(count, patches, x.size(1), x.size(2)).transpose(1, 2); // [G, H, L, D]
            var attended = nn.functional.scaled_dot_product_attention(Part(q), Part(k), Part(v));
            parts.Add(attended.transpose(1, 2).reshape(count * patches, -1)); // [G, H, L, D] -> [G·L, C]
            start += count * patches;
        }

        return (parts.Count == 1 ? parts[0] : cat(parts, 0)).to_type(query.dtype).MoveToOuterDisposeScope();
    }

    private Tensor Rotate(Tensor x, ScalarType dtype) => RotaryEmbedding.Rotate(x.to_type(ScalarType.Float32), _cos, _sin).to_type(dtype);

    /// <summary>Whole units at a time. [S, ...] -> [S, ...]</summary>
    private static Tensor Reorder(Tensor x, Tensor? order)
    {
        if (order is null) return x.alias();
        using var scope = NewDisposeScope();
        return x.view(order.size(0), -1).index_select(0, order).view_as(x).MoveToOuterDisposeScope();
    }
}
