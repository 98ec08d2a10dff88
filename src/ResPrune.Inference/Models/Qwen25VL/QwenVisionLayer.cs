using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>One layer of the vision transformer. HF <c>Qwen2_5_VLVisionBlock</c>. Shapes: S patches, H heads, D head size, C hidden.</summary>
internal sealed class QwenVisionLayer : IDisposable
{
    private readonly long _heads;
    private readonly RmsNorm _norm1;
    private readonly Linear _queryKeyValue;
    private readonly Linear _output;
    private readonly RmsNorm _norm2;
    private readonly SwiGluMlp _mlp;

    public QwenVisionLayer(Qwen25VLVisionConfig config, IWeightSource weights, string prefix)
    {
        long hidden = config.HiddenSize;
        _heads = config.Heads;
        _norm1 = new RmsNorm(weights, prefix + "norm1", hidden, QwenVisionModel.NormEpsilon);
        _queryKeyValue = new Linear(weights, prefix + "attn.qkv", hidden, 3 * hidden, bias: true);
        _output = new Linear(weights, prefix + "attn.proj", hidden, hidden, bias: true);
        _norm2 = new RmsNorm(weights, prefix + "norm2", hidden, QwenVisionModel.NormEpsilon);
        _mlp = new SwiGluMlp(weights, prefix + "mlp.", hidden, config.IntermediateSize, bias: true);
    }

    /// <summary>[S, C] -> [S, C]</summary>
    public Tensor Forward(Tensor hidden, QwenVisionAttention attention)
    {
        using var attended = Attend(hidden, attention);
        return Feed(attended);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _norm1.Dispose();
        _queryKeyValue.Dispose();
        _output.Dispose();
        _norm2.Dispose();
        _mlp.Dispose();
    }

    // A scope each: a large picture has 65,536 patches, so what attention needed must be gone before the MLP's inner width comes.
    private Tensor Attend(Tensor hidden, QwenVisionAttention attention)
    {
        using var scope = NewDisposeScope();
        var normed = attention.Enter(_norm1.Forward(hidden));
        var heads = _queryKeyValue.Forward(normed).view(hidden.size(0), 3, _heads, -1); // [S, 3, H, D]
        var attended = attention.Attend(heads.select(1, 0), heads.select(1, 1), heads.select(1, 2)); // [S, C]
        return hidden.Plus(attention.Leave(_output.Forward(attended))).MoveToOuterDisposeScope();
    }

    private Tensor Feed(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return hidden.Plus(_mlp.Forward(_norm2.Forward(hidden))).MoveToOuterDisposeScope();
    }
}
