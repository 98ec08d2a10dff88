using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Language;

/// <summary>
/// Attention of one new token a sequence over its cached past; sequence i lies in slot i. Queries that share a key head are folded into
/// the query length, which is exact for single tokens and saves repeating the cache. Neither mask nor causal flag when all are equally long.
/// </summary>
internal sealed class DecodeAttention : IAttentionPlan, IDisposable
{
    private readonly KvCache _cache;
    private readonly int _sequences;
    private readonly int _longest;
    private readonly Tensor _rows;
    private readonly Tensor? _mask;

    /// <param name="cache">Holds the past; the new keys and values are appended.</param>
    /// <param name="lengths">Tokens each sequence has cached before this step.</param>
    /// <param name="device">Where the cache lies.</param>
    public DecodeAttention(KvCache cache, IReadOnlyList<int> lengths, Device device)
    {
        _cache = cache;
        _sequences = lengths.Count;
        _longest = lengths.Max() + 1;
        _rows = tensor(lengths.Select((length, slot) => ((long)slot * cache.Positions) + length).ToArray(), device: device);
        if (lengths.All(length => length + 1 == _longest)) return;
        var mask = new float[_sequences * _longest];
        for (var slot = 0; slot < _sequences; slot++) mask.AsSpan((slot * _longest) + lengths[slot] + 1, _longest - lengths[slot] - 1).Fill(float.NegativeInfinity);
        using var host = tensor(mask, [_sequences, 1, 1, _longest]);
        _mask = host.to(cache.DType, device);
    }

    public Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        using var scope = NewDisposeScope();
        _cache.FlatKeys(layer).index_copy_(0, _rows, key.to_type(_cache.DType));
        _cache.FlatValues(layer).index_copy_(0, _rows, value.to_type(_cache.DType));
        var groups = query.size(1) / key.size(1);
        var q = query.to_type(_cache.DType).view(_sequences, key.size(1), groups, query.size(2)); // [B, Hkv, g, D]
        var (k, v) = (_cache.Keys(layer, _sequences, _longest), _cache.Values(layer, _sequences, _longest)); // [B, Hkv, S, D]
        var attended = nn.functional.scaled_dot_product_attention(q, k, v, _mask); // [B, Hkv, g, D]
        return attended.reshape(_sequences, -1).to_type(query.dtype).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _rows.Dispose();
        _mask?.Dispose();
    }
}
