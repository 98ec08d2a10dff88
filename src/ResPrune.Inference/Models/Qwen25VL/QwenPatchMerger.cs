using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>(12) Makes one visual token of merge × merge patches. HF <c>Qwen2_5_VLPatchMerger</c>.</summary>
internal sealed class QwenPatchMerger : IDisposable
{
    private readonly long _width;
    private readonly RmsNorm _norm;
    private readonly Linear _linear1;
    private readonly Linear _linear2;

    public QwenPatchMerger(Qwen25VLVisionConfig config, IWeightSource weights)
    {
        const string Prefix = "visual.merger.";
        _width = (long)config.HiddenSize * config.MergeSize * config.MergeSize;
        _norm = new RmsNorm(weights, Prefix + "ln_q", config.HiddenSize, QwenVisionModel.NormEpsilon);
        _linear1 = new Linear(weights, Prefix + "mlp.0", _width, _width, bias: true);
        _linear2 = new Linear(weights, Prefix + "mlp.2", _width, config.OutputSize, bias: true);
    }

    /// <summary>[S, C] -> [S/merge², Cout]</summary>
    public Tensor Forward(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var merged = _norm.Forward(hidden).view(-1, _width); // [T, merge²·C]
        return _linear2.Forward(nn.functional.gelu(_linear1.Forward(merged))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _norm.Dispose();
        _linear1.Dispose();
        _linear2.Dispose();
    }
}
