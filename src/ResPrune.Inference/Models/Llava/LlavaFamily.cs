using ResPrune.Inference.RandomWeights;

namespace ResPrune.Inference.Models.Llava;

/// <summary>LLaVA-1.5: CLIP tower, projector, Llama; every picture is one square of a fixed number of tokens.</summary>
internal sealed class LlavaFamily : IModelFamily
{
    /// <inheritdoc/>
    public string ModelType => LlavaConfig.ModelType;

    /// <inheritdoc/>
    public string Architecture => "LlavaForConditionalGeneration";

    /// <inheritdoc/>
    public IReadOnlyList<ModelPreset> Presets => LlavaPresets.All;

    /// <inheritdoc/>
    public IModelCheckpoint Open(string directory) => new LlavaCheckpoint(directory);
}
