using TorchSharp;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Language;

/// <summary>
/// Preallocated keys and values of all layers, one slot a sequence. Float32 on a CPU, where attention over a half-precision cache is
/// three times slower; the model's own dtype elsewhere. Layout a layer: [slots, positions, Hkv, D].
/// </summary>
internal sealed class KvCache(DecoderConfig config, Device device, ScalarType dtype) : IDisposable
{
    private const int PositionGranularity = 32;
    private readonly Tensor?[] _keys = new Tensor?[config.Layers];
    private readonly Tensor?[] _values = new Tensor?[config.Layers];

    // One piece of memory, which goes back whole when it must grow: what many small ones leave stays with the allocator. [layers, 2, slots, positions, Hkv, D]
    private Tensor? _storage;
    private long _bytes;

    /// <summary>Sequences that fit.</summary>
    public int Slots { get; private set; }

    /// <summary>Positions a sequence may have.</summary>
    public int Positions { get; private set; }

    /// <summary>Bytes of all keys and values. For any thread.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>What keys and values are stored as.</summary>
    public ScalarType DType { get; } = device.type == DeviceType.CPU ? ScalarType.Float32 : dtype;

    /// <summary>Keys of a layer over all slots and positions, flat. [slots·positions, Hkv, D]; the caller disposes the view.</summary>
    public Tensor FlatKeys(int layer) => _keys[layer]!.flatten(0, 1);

    /// <summary>Values of a layer, as <see cref="FlatKeys"/>.</summary>
    public Tensor FlatValues(int layer) => _values[layer]!.flatten(0, 1);

    /// <summary>Keys of the first slots and positions. [slots, Hkv, positions, D]; a view.</summary>
    public Tensor Keys(int layer, int slots, int positions) => Window(_keys[layer]!, slots, positions);

    /// <summary>Values of the first slots and positions. [slots, Hkv, positions, D]; a view.</summary>
    public Tensor Values(int layer, int slots, int positions) => Window(_values[layer]!, slots, positions);

    /// <summary>Whether there is room already.</summary>
    public bool Fits(int slots, int positions) => slots <= Slots && positions <= Positions;

    /// <summary>Makes room; what was cached is lost when it must grow.</summary>
    public void Reserve(int slots, int positions)
    {
        if (Fits(slots, positions)) return;
        Slots = Math.Max(slots, Slots);
        Positions = Math.Max((positions + PositionGranularity - 1) / PositionGranularity * PositionGranularity, Positions);
        Free();
        // Zeroed: what lies behind a shorter neighbour's end is masked, and 0 × NaN would still be NaN.
        _storage = zeros([config.Layers, 2, Slots, Positions, config.KeyValueHeads, config.HeadSize], dtype: DType, device: device).DetachFromDisposeScope();
        for (var layer = 0; layer < config.Layers; layer++)
        {
            using var both = _storage.select(0, layer); // [2, slots, positions, Hkv, D]
            _keys[layer] = both.select(0, 0).DetachFromDisposeScope();
            _values[layer] = both.select(0, 1).DetachFromDisposeScope();
        }

        Interlocked.Exchange(ref _bytes, _storage.NumberOfElements * _storage.ElementSize);
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

    public void Dispose() => Free();

    private static Tensor Window(Tensor layer, int slots, int positions)
    {
        using var scope = NewDisposeScope();
        return layer.narrow(0, 0, slots).narrow(1, 0, positions).transpose(1, 2).MoveToOuterDisposeScope();
    }

    private void Free()
    {
        foreach (var tensor in _keys.Concat(_values)) tensor?.Dispose();
        _storage?.Dispose();
        _storage = null;
        Array.Clear(_keys);
        Array.Clear(_values);
        Interlocked.Exchange(ref _bytes, 0);
    }
}
