using ResPrune.Inference.Engine;
using ResPrune.Inference.Engine.Accounting;
using ResPrune.Inference.Models;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Inspection;

/// <summary>Memory that a checkpoint would need, from its shapes.</summary>
internal sealed class MemoryEstimate
{
    /// <summary>Tokens of the answer that an estimate is for.</summary>
    private const int AnswerTokens = 64;

    /// <summary>The default budget of a run.</summary>
    private const string Keep = "1/3";

    private readonly IModelCheckpoint _checkpoint;
    private readonly int _textTokens;
    private readonly WeightSizes _sizes;
    private readonly Device _device;
    private readonly RunningDType _dtype;

    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="options">Where and in what it would run.</param>
    /// <param name="sizes">Its weights.</param>
    /// <param name="textTokens">Text tokens of a prompt.</param>
    /// <exception cref="ModelLoadException">The device is not there, or the weights do not fit in its memory.</exception>
    public MemoryEstimate(IModelCheckpoint checkpoint, EngineOptions options, WeightSizes sizes, int textTokens)
    {
        _checkpoint = checkpoint;
        _textTokens = textTokens;
        _sizes = sizes;
        _device = DeviceSelector.Resolve(options.Device);
        _dtype = DTypeSelector.Resolve(options.DType, _device, sizes);
        var text = checkpoint.Text;
        Prefill = new PrefillCost(text.Layers, text.HiddenSize, text.IntermediateSize, text.KeyValueHeads, text.HeadSize);
    }

    /// <summary>What prefilling costs.</summary>
    public PrefillCost Prefill { get; }

    /// <summary>Bytes of a value in the key-value cache: float32 on a CPU (<see cref="Models.Language.KvCache"/>).</summary>
    public int CacheElementSize => IsCpu ? 4 : ComputeElementSize;

    private bool IsCpu => _device.type == TorchSharp.DeviceType.CPU;

    private int ComputeElementSize => _dtype.Compute == ScalarType.Float32 ? 4 : 2;

    /// <summary>The need with pictures of one size.</summary>
    public MemoryNeed For(PictureSize picture, VisualLayout layout)
    {
        var prompt = _textTokens + TokenBudget.Parse(Keep).Resolve(layout.Prunable) + layout.Newlines.Count;
        return new MemoryNeed
        {
            Device = _device.ToString(),
            DType = _dtype.ToString(),
            WeightBytes = _sizes.Bytes(_dtype),
            Picture = picture,
            Keep = Keep,
            AnswerTokens = AnswerTokens,
            KvBytes = Prefill.KvBytes(prompt + AnswerTokens, CacheElementSize),
            ActivationBytes = Activations(layout, prompt),
            AvailableBytes = IsCpu ? AvailableMemory.Bytes() : null,
        };
    }

    /// <summary>What encoder or decoder have alive at a time, whichever is more.</summary>
    private long Activations(VisualLayout layout, int prompt)
    {
        var cost = new ActivationCost(_checkpoint.Encoder, _checkpoint.Text, ComputeElementSize);
        return Math.Max(cost.Encoding(layout), cost.Prefilling(prompt)) + (4L * _checkpoint.Text.VocabularySize);
    }
}
