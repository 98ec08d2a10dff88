using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.RandomWeights;

namespace ResPrune.Inference.Models.LlavaNext;

/// <summary>LLaVA-NeXT (LLaVA-1.6): a picture is one square and up to a few tiles of it in full resolution, packed without the padding.</summary>
internal sealed class LlavaNextFamily : IModelFamily
{
    /// <inheritdoc/>
    public string ModelType => LlavaNextConfig.ModelType;

    /// <inheritdoc/>
    public string Architecture => "LlavaNextForConditionalGeneration";

    /// <inheritdoc/>
    public IReadOnlyList<ModelPreset> Presets { get; } = [LlavaPresets.Create("llava-1.6-mistral-7b", "LlavaNext")];

    /// <inheritdoc/>
    public IModelCheckpoint Open(string directory) => new LlavaNextCheckpoint(directory);
}
