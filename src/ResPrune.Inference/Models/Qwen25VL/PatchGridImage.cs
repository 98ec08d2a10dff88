using ResPrune.Inference.Processing;
using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>A picture as a sequence of patches, those of one visual token side by side.</summary>
/// <param name="Pixels">Flattened patches. [patches, channels · frames · rows · columns]</param>
/// <param name="Layout">Where its visual tokens will lie.</param>
/// <param name="Grid">How the patches lie in the picture.</param>
internal sealed record PatchGridImage(PixelValues Pixels, VisualLayout Layout, PatchGrid Grid) : ImageInput(Pixels, Layout);
