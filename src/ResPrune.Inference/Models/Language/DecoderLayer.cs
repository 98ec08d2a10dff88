using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Language;

/// <summary>One decoder layer. HF <c>LlamaDecoderLayer</c>. Shapes: N packed tokens, H heads, Hkv key/value heads, D head size, C hidden.</summary>
internal sealed class DecoderLayer : IDisposable
{
    private readonly DecoderConfig _config;
    private readonly int _index;
    private readonly RmsNorm _inputNorm;
    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _value;
    private readonly Linear _output;
    private readonly RmsNorm _postAttentionNorm;
    private readonly SwiGluMlp _mlp;

    public DecoderLayer(DecoderConfig config, int index, IWeightSource weights, string prefix)
    {
        _config = config;
        _index = index;
        long hidden = config.HiddenSize;
        long queries = (long)config.Heads * config.HeadSize;
        long keys = (long)config.KeyValueHeads * config.HeadSize;
        _inputNorm = new RmsNorm(weights, prefix + "input_layernorm", hidden, config.RmsNormEpsilon);
        _query = new Linear(weights, prefix + "self_attn.q_proj", hidden, queries, config.QueryKeyValueBias);
        _key = new Linear(weights, prefix + "self_attn.k_proj", hidden, keys, config.QueryKeyValueBias);
        _value = new Linear(weights, prefix + "self_attn.v_proj", hidden, keys, config.QueryKeyValueBias);
        _output = new Linear(weights, prefix + "self_attn.o_proj", queries, hidden, config.AttentionOutputBias);
        _postAttentionNorm = new RmsNorm(weights, prefix + "post_attention_layernorm", hidden, config.RmsNormEpsilon);
        _mlp = new SwiGluMlp(weights, prefix + "mlp.", hidden, config.IntermediateSize, config.MlpBias);
    }

    public IEnumerable<Tensor> Parameters =>
    [
        .. _inputNorm.Parameters, .. _query.Parameters, .. _key.Parameters, .. _value.Parameters, .. _output.Parameters,
        .. _postAttentionNorm.Parameters, .. _mlp.Parameters,
    ];

    /// <summary>[N, C] -> [N, C]</summary>
    public Tensor Forward(Tensor hidden, Tensor cos, Tensor sin, IAttentionPlan attention)
    {
        using var attended = Attend(hidden, cos, sin, attention);
        return Feed(attended);
    }

    public void Dispose()
    {
        foreach (var parameter in Parameters) parameter.Dispose();
        _inputNorm.Dispose();
        _postAttentionNorm.Dispose();
    }

    // A scope each, so that what attention needed is gone before the MLP's inner width comes.
    private Tensor Attend(Tensor hidden, Tensor cos, Tensor sin, IAttentionPlan attention)
    {
        using var scope = NewDisposeScope();
        var normed = _inputNorm.Forward(hidden);
        var query = RotaryEmbedding.Rotate(Split(_query.Forward(normed), _config.Heads), cos, sin); // [N, H, D]
        var key = RotaryEmbedding.Rotate(Split(_key.Forward(normed), _config.KeyValueHeads), cos, sin); // [N, Hkv, D]
        var value = Split(_value.Forward(normed), _config.KeyValueHeads); // [N, Hkv, D]
        return hidden.Plus(_output.Forward(attention.Attend(_index, query, key, value))).MoveToOuterDisposeScope();
    }

    private Tensor Feed(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return hidden.Plus(_mlp.Forward(_postAttentionNorm.Forward(hidden))).MoveToOuterDisposeScope();
    }

    private Tensor Split(Tensor x, long heads) => x.view(x.size(0), heads, _config.HeadSize); // [N, H·D] -> [N, H, D]
}
