using ResPrune.Inference.RandomWeights;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>Qwen2.5-VL: a vision transformer with window attention at the picture's own resolution, M-RoPE, Qwen2.</summary>
internal sealed class Qwen25VLFamily : IModelFamily
{
    /// <inheritdoc/>
    public string ModelType => Qwen25VLConfig.ModelType;

    /// <inheritdoc/>
    public string Architecture => "Qwen2_5_VLForConditionalGeneration";

    /// <inheritdoc/>
    public IReadOnlyList<ModelPreset> Presets => Qwen25VLPresets.All;

    /// <inheritdoc/>
    public IModelCheckpoint Open(string directory) => new Qwen25VLCheckpoint(directory);
}
