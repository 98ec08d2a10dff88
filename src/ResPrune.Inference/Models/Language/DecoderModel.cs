using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Language;

/// <summary>
/// (14) Llama-style decoder over packed tokens: the sequences of a micro-batch lie one after another without padding, and an
/// <see cref="IAttentionPlan"/> knows where each begins. HF <c>LlamaForCausalLM</c>. Shapes: N packed tokens, C hidden.
/// </summary>
internal sealed class DecoderModel : IDisposable
{
    private const string Prefix = "language_model.model.";
    private readonly WeightMatrix _embedTokens;
    private readonly DecoderLayer[] _layers;
    private readonly RmsNorm _norm;
    private readonly WeightMatrix? _lmHead;
    private readonly RotaryEmbedding _rotary;

    /// <param name="config">Shapes.</param>
    /// <param name="weights">The checkpoint; names under <c>language_model.</c> are taken.</param>
    public DecoderModel(DecoderConfig config, IWeightSource weights)
    {
        Config = config;
        _embedTokens = new WeightMatrix(weights, Prefix + "embed_tokens.weight", config.VocabularySize, config.HiddenSize);
        _layers = [.. Enumerable.Range(0, config.Layers).Select(i => new DecoderLayer(config, i, weights, $"{Prefix}layers.{i}."))];
        _norm = new RmsNorm(weights, Prefix + "norm", config.HiddenSize, config.RmsNormEpsilon);
        const string LmHeadName = "language_model.lm_head.weight";
        if (!config.TieWordEmbeddings || weights.Has(LmHeadName))
            _lmHead = new WeightMatrix(weights, LmHeadName, config.VocabularySize, config.HiddenSize);
        long[]? rows = config.MropeSection is { } sections ? [.. sections.SelectMany((pairs, row) => Enumerable.Repeat((long)row, pairs))] : null;
        _rotary = new RotaryEmbedding(RotaryEmbedding.Frequencies(config.HeadSize, config.RopeTheta), rows, Device);
    }

    public DecoderConfig Config { get; }

    /// <summary>Weights that training changes.</summary>
    public IEnumerable<Tensor> Parameters =>
    [
        _embedTokens.Parameter, .. _layers.SelectMany(layer => layer.Parameters), .. _norm.Parameters,
        .. _lmHead is null ? (Tensor[])[] : [_lmHead.Parameter],
    ];

    /// <summary>What is computed in; matrices may be held in less.</summary>
    public ScalarType DType => _norm.DType;

    public Device Device => _embedTokens.Parameter.device;

    /// <summary>Rows of the embedding table. int64 [N] -> [N, C]</summary>
    public Tensor Embed(Tensor ids) => _embedTokens.Rows(ids, DType);

    /// <summary>Runs all layers and the final norm. [N, C], int64 [N] or [3, N] -> [N, C]</summary>
    /// <param name="embeds">Input embeddings of the packed tokens; stays the caller's.</param>
    /// <param name="positionIds">Position of each token in its own sequence; with M-RoPE a row each for time, height and width, or one row where all three are equal.</param>
    /// <param name="attention">Which token sees which.</param>
    /// <param name="observe">Called with the index and the residual stream after each layer; for tests.</param>
    public Tensor Forward(Tensor embeds, Tensor positionIds, IAttentionPlan attention, Action<int, Tensor>? observe = null)
    {
        using var scope = NewDisposeScope();
        // Angles and the residual stream are float32 in every running type: in half precision each layer's sum would be rounded again.
        var (cos, sin) = _rotary.Angles(positionIds);
        var hidden = embeds.to_type(ScalarType.Float32, copy: true);
        for (var i = 0; i < _layers.Length; i++)
        {
            var next = _layers[i].Forward(hidden, cos, sin, attention);
            hidden.Dispose();
            hidden = next;
            observe?.Invoke(i, hidden);
        }

        return _norm.Forward(hidden).MoveToOuterDisposeScope();
    }

    /// <summary>Logits in float32. [N, C] -> [N, V]</summary>
    public Tensor Logits(Tensor hidden)
    {
        using var logits = (_lmHead ?? _embedTokens).Multiply(hidden);
        return logits.to_type(ScalarType.Float32);
    }

    public void Dispose()
    {
        _embedTokens.Dispose();
        foreach (var layer in _layers) layer.Dispose();
        _norm.Dispose();
        _lmHead?.Dispose();
        _rotary.Dispose();
    }
}
