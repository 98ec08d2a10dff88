using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Models;

/// <summary>The device side of a checkpoint; belongs to the device thread.</summary>
internal interface IVisionLanguageModel : IDisposable
{
    /// <summary>The language model.</summary>
    DecoderModel Language { get; }

    /// <summary>(11), (12): pictures to what takes the place of their placeholders, in order. The tensors move to the caller's dispose scope.</summary>
    IReadOnlyList<VisualEmbedding> Encode(IReadOnlyList<ImageInput> images);
}
