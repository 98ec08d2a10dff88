using ResPrune.Inference.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Vision;

/// <summary>One pre-norm encoder layer. HF <c>CLIPEncoderLayer</c>. Shapes: B pictures, S = 1+P tokens, H heads, D head size, C = H·D.</summary>
internal sealed class ClipEncoderLayer : IDisposable
{
    // Kept alive: a temporary Scalar's finalizer can free it while the native call still reads it.
    private static readonly Scalar QuickGeluSlope = 1.702.ToScalar();
    private readonly Scalar _scale;
    private readonly long _heads;
    private readonly bool _quickGelu;
    private readonly LayerNorm _norm1;
    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _value;
    private readonly Linear _output;
    private readonly LayerNorm _norm2;
    private readonly Linear _fc1;
    private readonly Linear _fc2;

    public ClipEncoderLayer(ClipVisionConfig config, IWeightSource weights, string prefix)
    {
        long width = config.HiddenSize;
        _heads = config.Heads;
        _scale = (1 / Math.Sqrt((double)width / config.Heads)).ToScalar();
        _quickGelu = config.Activation == "quick_gelu";
        _norm1 = new LayerNorm(weights, prefix + "layer_norm1", width, config.LayerNormEpsilon);
        _query = new Linear(weights, prefix + "self_attn.q_proj", width, width, bias: true);
        _key = new Linear(weights, prefix + "self_attn.k_proj", width, width, bias: true);
        _value = new Linear(weights, prefix + "self_attn.v_proj", width, width, bias: true);
        _output = new Linear(weights, prefix + "self_attn.out_proj", width, width, bias: true);
        _norm2 = new LayerNorm(weights, prefix + "layer_norm2", width, config.LayerNormEpsilon);
        _fc1 = new Linear(weights, prefix + "mlp.fc1", width, config.IntermediateSize, bias: true);
        _fc2 = new Linear(weights, prefix + "mlp.fc2", config.IntermediateSize, width, bias: true);
    }

    public IEnumerable<Tensor> Parameters =>
    [
        .. _norm1.Parameters, .. _query.Parameters, .. _key.Parameters, .. _value.Parameters, .. _output.Parameters,
        .. _norm2.Parameters, .. _fc1.Parameters, .. _fc2.Parameters,
    ];

    /// <summary>[B, S, C] -> [B, S, C]</summary>
    public Tensor Forward(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var normed = _norm1.Forward(hidden);
        return Finish(hidden, Split(_query.Forward(normed)), Split(_key.Forward(normed)), Split(_value.Forward(normed))).MoveToOuterDisposeScope();
    }

    /// <summary>The same, and the class token's attention to each patch, mean over heads, in float32. [B, S, C] -> [B, S, C], [B, P]</summary>
    public (Tensor Hidden, Tensor ClassAttention) ForwardWithClassAttention(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var normed = _norm1.Forward(hidden);
        var (query, key, value) = (Split(_query.Forward(normed)), Split(_key.Forward(normed)), Split(_value.Forward(normed)));
        var patches = hidden.size(1) - 1;
        var scores = matmul(query.narrow(2, 0, 1), key.transpose(2, 3)).to_type(ScalarType.Float32).mul(_scale); // [B, H, 1, S]
        var attention = scores.softmax(-1).mean([1, 2]).narrow(1, 1, patches); // [B, P]
        var output = Finish(hidden, query, key, value);
        return (output.MoveToOuterDisposeScope(), attention.MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        foreach (var parameter in Parameters) parameter.Dispose();
    }

    private Tensor Split(Tensor x) => x.view(x.size(0), x.size(1), _heads, x.size(2) / _heads).transpose(1, 2); // [B, S, C] -> [B, H, S, D]

    private Tensor Finish(Tensor hidden, Tensor query, Tensor key, Tensor value)
    {
        var attended = Attend(query, key, value).transpose(1, 2).flatten(2); // [B, H, S, D] -> [B, S, C]
        hidden = hidden.Plus(_output.Forward(attended));
        var inner = _fc1.Forward(_norm2.Forward(hidden)); // [B, S, M]
        inner = _quickGelu ? inner * (inner * QuickGeluSlope).sigmoid_() : nn.functional.gelu(inner);
        return hidden.Plus(_fc2.Forward(inner));
    }

    /// <summary>[B, H, S, D] each -> [B, H, S, D]. Plain products on a CPU in bfloat16: the fused kernel takes twice as long there.</summary>
    private Tensor Attend(Tensor query, Tensor key, Tensor value)
    {
        if (query.dtype != ScalarType.BFloat16 || query.device_type != DeviceType.CPU)
            return nn.functional.scaled_dot_product_attention(query, key, value);
        return matmul(matmul(query * _scale, key.transpose(2, 3)).softmax(-1), value);
    }
}
