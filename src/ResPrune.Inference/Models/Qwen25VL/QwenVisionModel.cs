using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>
/// (11), (12) Qwen2.5-VL's vision transformer with its merger, over the patches of any number of pictures side by side. HF
/// <c>modeling_qwen2_5_vl.py</c>, <c>Qwen2_5_VisionTransformerPretrainedModel</c>. Shapes: S patches of all pictures, T visual tokens of all, C hidden.
/// </summary>
internal sealed class QwenVisionModel : IDisposable
{
    /// <summary>Of every norm; not in the config.</summary>
    public const double NormEpsilon = 1e-6;

    private readonly Qwen25VLVisionConfig _config;
    private readonly Tensor _patchEmbedding;
    private readonly QwenVisionLayer[] _layers;
    private readonly QwenPatchMerger _merger;
    private readonly RotaryEmbedding _rotary;

    /// <param name="config">Shapes.</param>
    /// <param name="weights">The checkpoint; names under <c>visual.</c> are taken.</param>
    public QwenVisionModel(Qwen25VLVisionConfig config, IWeightSource weights)
    {
        _config = config;
        long patch = config.PatchSize;
        _patchEmbedding = weights.Take("visual.patch_embed.proj.weight", config.HiddenSize, 3, config.TemporalPatchSize, patch, patch);
        _layers = [.. Enumerable.Range(0, config.Layers).Select(i => new QwenVisionLayer(config, weights, $"visual.blocks.{i}."))];
        _merger = new QwenPatchMerger(config, weights);

        // Half of a head's pairs turn with the patch's row, half with its column, at the same frequencies.
        var frequencies = RotaryEmbedding.Frequencies(config.HiddenSize / config.Heads / 2, config.RopeTheta);
        var rows = Enumerable.Repeat(0L, frequencies.Length).Concat(Enumerable.Repeat(1L, frequencies.Length));
        _rotary = new RotaryEmbedding([.. frequencies, .. frequencies], [.. rows], _patchEmbedding.device);
    }

    /// <summary>Encodes pictures that lie one after another. [S, values] -> [T, Cout], each picture's tokens in raster order.</summary>
    /// <param name="patches">Flattened patches, those of one visual token side by side.</param>
    /// <param name="grids">Patches of each picture; their sum is S.</param>
    public Tensor Forward(Tensor patches, IReadOnlyList<PatchGrid> grids)
    {
        using var scope = NewDisposeScope();
        var merge = _config.MergeSize;
        var unit = merge * merge;
        var partition = WindowPartition.Create([.. grids.Select(grid => new PatchGrid(grid.Rows / merge, grid.Columns / merge))], _config.WindowSide);
        var (order, inverse) = (Index(partition.Order), Index(partition.Inverse)); // [T]
        var ordered = patches.view(order.size(0), -1).index_select(0, order).view_as(patches); // [S, values]
        // A convolution whose stride is its kernel. The residual stream is float32 in every running type. [S, C]
        var hidden = nn.functional.linear(ordered, _patchEmbedding.flatten(1)).to_type(ScalarType.Float32);

        var angles = _rotary.Angles(Positions(grids, partition.Order));
        var windows = new QwenVisionAttention(partition.Windows, order: null, inverse: null, unit, angles);
        var pictures = partition.PictureOrder is { } whole && partition.PictureInverse is { } back
            ? new QwenVisionAttention(partition.Pictures, Index(whole), Index(back), unit, angles)
            : new QwenVisionAttention(partition.Pictures, order: null, inverse: null, unit, angles);
        for (var i = 0; i < _layers.Length; i++)
        {
            var next = _layers[i].Forward(hidden, _config.FullAttentionLayers.Contains(i) ? pictures : windows);
            hidden.Dispose();
            hidden = next;
        }

        return _merger.Forward(hidden).index_select(0, inverse).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rotary.Dispose();
        _merger.Dispose();
        foreach (var layer in _layers) layer.Dispose();
        _patchEmbedding.Dispose();
    }

    /// <summary>Row and column of every patch in its own picture, in the order of computation. int64 [2, S]</summary>
    private Tensor Positions(IReadOnlyList<PatchGrid> grids, IReadOnlyList<int> order)
    {
        var merge = _config.MergeSize;
        var places = new List<(int Row, int Column)>(order.Count);
        foreach (var grid in grids)
        {
            for (var row = 0; row < grid.Rows; row += merge)
            {
                for (var column = 0; column < grid.Columns; column += merge) places.Add((row, column));
            }
        }

        var patches = order.Count * merge * merge;
        var positions = new long[2 * patches];
        for (var i = 0; i < patches; i++)
        {
            var (row, column) = places[order[i / (merge * merge)]];
            positions[i] = row + (i / merge % merge);
            positions[patches + i] = column + (i % merge);
        }

        return tensor(positions, [2, patches], device: _patchEmbedding.device);
    }

    private Tensor Index(IReadOnlyList<int> indices) => tensor([.. indices.Select(index => (long)index)], device: _patchEmbedding.device);
}
