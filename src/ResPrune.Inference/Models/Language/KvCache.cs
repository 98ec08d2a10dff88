using TorchSharp;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Language;

/// <summary>
/// Preallocated keys and values of all layers, one slot a sequence. Float32 on a CPU, where attention over a half-precision cache is
/// three times slower; the model's own dtype elsewhere. One piece of memory holds so many tokens; each micro-batch divides it into its own slots
/// and positions, so that one long sequence does not make every slot long. Layout a layer: [slots, positions, Hkv, D].
/// <para>
/// Nothing outlives a micro-batch. A larger one makes the cache grow; memory that has not been needed for <see cref="Window"/> micro-batches
/// (half of it or more) is given back by <see cref="Trim"/>, and all but <see cref="KeptBytes"/> by <see cref="Release"/>.
/// </para>
/// </summary>
internal sealed class KvCache(DecoderConfig config, Device device, ScalarType dtype) : IDisposable
{
    /// <summary>Bytes that are not worth giving back.</summary>
    public const long KeptBytes = 16L << 20;

    /// <summary>Micro-batches that are looked back on before the cache shrinks.</summary>
    public const int Window = 8;

    private const int TokenGranularity = 32;
    private readonly Tensor?[] _keys = new Tensor?[config.Layers];
    private readonly Tensor?[] _values = new Tensor?[config.Layers];
    private readonly long[] _recentTokens = new long[Window];
    private int _batches;

    // One piece of memory, which goes back whole when it must grow: what many small ones leave stays with the allocator. [layers, 2, tokens, Hkv, D]
    private Tensor? _storage;
    private long _bytes;

    /// <summary>Slots that the cache is divided into.</summary>
    public int Slots { get; private set; }

    /// <summary>Positions of a slot.</summary>
    public int Positions { get; private set; }

    /// <summary>Tokens that there is memory for, however they are divided.</summary>
    public long Tokens => _storage?.size(2) ?? 0;

    /// <summary>Bytes of all keys and values. For any thread.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>What keys and values are stored as.</summary>
    public ScalarType DType { get; } = device.type == DeviceType.CPU ? ScalarType.Float32 : dtype;

    /// <summary>Bytes that a token takes in all layers.</summary>
    public long BytesPerToken => 2L * config.Layers * config.KeyValueHeads * config.HeadSize * (DType == ScalarType.Float32 ? 4 : 2);

    /// <summary>Keys of a layer over all slots and positions, flat. [slots·positions, Hkv, D]; the caller disposes the view.</summary>
    public Tensor FlatKeys(int layer) => _keys[layer]!.flatten(0, 1);

    /// <summary>Values of a layer, as <see cref="FlatKeys"/>.</summary>
    public Tensor FlatValues(int layer) => _values[layer]!.flatten(0, 1);

    /// <summary>Keys of the first slots and positions. [slots, Hkv, positions, D]; a view.</summary>
    public Tensor Keys(int layer, int slots, int positions) => Part(_keys[layer]!, slots, positions);

    /// <summary>Values of the first slots and positions. [slots, Hkv, positions, D]; a view.</summary>
    public Tensor Values(int layer, int slots, int positions) => Part(_values[layer]!, slots, positions);

    /// <summary>Whether there is memory for it already.</summary>
    public bool Fits(int slots, int positions) => (long)slots * positions <= Tokens;

    /// <summary>
    /// Divides the cache for a micro-batch; what was cached is lost. Where it must grow, the larger memory is there before the smaller one is given up:
    /// when it cannot be had, the cache stays as it was.
    /// </summary>
    public void Reserve(int slots, int positions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(positions, 1);
        var grown = Fits(slots, positions) ? null : Allocate((long)slots * positions);
        var storage = grown ?? _storage!;
        var (keys, values) = (new Tensor[config.Layers], new Tensor[config.Layers]);
        try
        {
            using var scope = NewDisposeScope();
            for (var layer = 0; layer < config.Layers; layer++)
            {
                var used = storage.select(0, layer).narrow(1, 0, (long)slots * positions).view(2, slots, positions, config.KeyValueHeads, config.HeadSize);
                keys[layer] = used.select(0, 0).DetachFromDisposeScope();
                values[layer] = used.select(0, 1).DetachFromDisposeScope();
            }
        }
        catch
        {
            foreach (var view in keys.Concat(values)) view?.Dispose();
            grown?.Dispose();
            throw;
        }

        DisposeViews();
        keys.CopyTo(_keys, 0);
        values.CopyTo(_values, 0);
        (Slots, Positions) = (slots, positions);
        if (grown is null) return;
        _storage?.Dispose();
        _storage = grown;
        Interlocked.Exchange(ref _bytes, Tokens * BytesPerToken);
    }

    /// <summary>A micro-batch has ended: gives the memory back when half of it or more has not been needed for some time.</summary>
    public void Trim()
    {
        _recentTokens[_batches++ % Window] = (long)Slots * Positions;
        if (_batches >= Window && Tokens >= 2 * _recentTokens.Max()) Release(KeptBytes);
    }

    /// <summary>Gives the memory back if it is more than <paramref name="kept"/> bytes; the next <see cref="Reserve"/> takes what it needs.</summary>
    /// <returns>Whether there was any.</returns>
    public bool Release(long kept)
    {
        if (Bytes <= kept) return false;
        DisposeViews();
        _storage?.Dispose();
        _storage = null;
        (Slots, Positions) = (0, 0);
        Interlocked.Exchange(ref _bytes, 0);
        return true;
    }

    /// <summary>Stores a whole sequence from position 0 on. [n, Hkv, D]</summary>
    public void WriteSequence(int layer, int slot, Tensor keys, Tensor values)
    {
        using var scope = NewDisposeScope();
        var length = keys.size(0);
        _keys[layer]!.select(0, slot).narrow(0, 0, length).copy_(keys);
        _values[layer]!.select(0, slot).narrow(0, 0, length).copy_(values);
    }

    /// <summary>Moves a sequence to another slot, so that the running ones stay side by side.</summary>
    public void Move(int from, int to, int length)
    {
        using var scope = NewDisposeScope();
        foreach (var layer in _keys.Concat(_values))
            layer!.select(0, to).narrow(0, 0, length).copy_(layer!.select(0, from).narrow(0, 0, length));
    }

    public void Dispose() => Release(kept: -1);

    private static Tensor Part(Tensor layer, int slots, int positions)
    {
        using var scope = NewDisposeScope();
        return layer.narrow(0, 0, slots).narrow(1, 0, positions).transpose(1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Memory for so many tokens, a few more so that the next batch, which is a little longer, fits too.</summary>
    private Tensor Allocate(long tokens)
    {
        var rounded = checked((tokens + TokenGranularity - 1) / TokenGranularity * TokenGranularity);
        // Zeroed: what lies behind a shorter neighbour's end is masked, and 0 × NaN would still be NaN.
        return zeros([config.Layers, 2, rounded, config.KeyValueHeads, config.HeadSize], dtype: DType, device: device).DetachFromDisposeScope();
    }

    private void DisposeViews()
    {
        foreach (var tensor in _keys.Concat(_values)) tensor?.Dispose();
        Array.Clear(_keys);
        Array.Clear(_values);
    }
}
