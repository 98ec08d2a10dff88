using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Vision;

/// <summary>
/// (11) CLIP vision transformer up to its feature layer. HF <c>modeling_clip.py</c>, <c>CLIPVisionTransformer</c>.
/// Shapes: B pictures, P patches, C hidden size.
/// </summary>
internal sealed class ClipVisionModel : IDisposable
{
    private readonly ClipVisionConfig _config;
    private readonly Tensor _classEmbedding;
    private readonly Tensor _patchEmbedding;
    private readonly Tensor _positionEmbedding;
    private readonly LayerNorm _preLayerNorm;
    private readonly ClipEncoderLayer[] _layers;

    /// <param name="config">Shapes.</param>
    /// <param name="featureLayer">Negative index into the hidden states; layers behind it are neither kept nor run.</param>
    /// <param name="weights">The checkpoint; names under <c>vision_tower.vision_model.</c> are taken.</param>
    public ClipVisionModel(ClipVisionConfig config, int featureLayer, IWeightSource weights)
    {
        const string Prefix = "vision_tower.vision_model.";
        _config = config;
        long width = config.HiddenSize;
        _classEmbedding = weights.Take(Prefix + "embeddings.class_embedding", width);
        _patchEmbedding = weights.Take(Prefix + "embeddings.patch_embedding.weight", width, config.Channels, config.PatchSize, config.PatchSize);
        _positionEmbedding = weights.Take(Prefix + "embeddings.position_embedding.weight", config.Patches + 1, width);
        _preLayerNorm = new LayerNorm(weights, Prefix + "pre_layrnorm", width, config.LayerNormEpsilon);
        _layers = new ClipEncoderLayer[config.Layers + featureLayer + 1];
        for (var i = 0; i < config.Layers; i++)
        {
            var layer = new ClipEncoderLayer(config, weights, $"{Prefix}encoder.layers.{i}.");
            if (i < _layers.Length) _layers[i] = layer;
            else layer.Dispose();
        }

        weights.Take(Prefix + "post_layernorm.weight", width).Dispose();
        weights.Take(Prefix + "post_layernorm.bias", width).Dispose();
    }

    /// <summary>Weights that training changes.</summary>
    public IEnumerable<Tensor> Parameters =>
        [_classEmbedding, _patchEmbedding, _positionEmbedding, .. _preLayerNorm.Parameters, .. _layers.SelectMany(layer => layer.Parameters)];

    /// <summary>Encodes normalised pictures [B, 3, H, W]. Differentiable when gradients are on.</summary>
    public VisionFeatures Forward(Tensor pixelValues)
    {
        using var scope = NewDisposeScope();
        var batch = pixelValues.size(0);
        var patches = nn.functional.conv2d(pixelValues, _patchEmbedding, strides: [_config.PatchSize, _config.PatchSize]); // [B, C, h, w]
        patches = patches.flatten(2).transpose(1, 2); // [B, P, C]
        var classToken = _classEmbedding.expand(batch, 1, _config.HiddenSize); // [B, 1, C]
        var embedded = cat([classToken, patches], 1).to_type(ScalarType.Float32).Plus(_positionEmbedding); // [B, 1+P, C]
        var hidden = _preLayerNorm.Forward(embedded).to_type(ScalarType.Float32); // the residual stream is float32 in every running type
        for (var i = 0; i < _layers.Length - 1; i++)
        {
            var next = _layers[i].Forward(hidden);
            hidden.Dispose();
            hidden = next;
        }

        var (features, attention) = _layers[^1].ForwardWithClassAttention(hidden);
        return new VisionFeatures(features.to_type(_classEmbedding.dtype).MoveToOuterDisposeScope(), attention.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in _layers) layer.Dispose();
        _preLayerNorm.Dispose();
        _positionEmbedding.Dispose();
        _patchEmbedding.Dispose();
        _classEmbedding.Dispose();
    }
}
