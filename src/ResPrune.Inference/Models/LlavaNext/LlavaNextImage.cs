using ResPrune.Inference.Processing;
using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Models.LlavaNext;

/// <summary>A picture as tiles.</summary>
/// <param name="Pixels">Normalised values [tiles, 3, side, side], the whole picture first.</param>
/// <param name="Layout">Where its visual tokens will lie.</param>
/// <param name="Sources">For each visual token the row of [tiles · patches, then one newline] that it comes from.</param>
internal sealed record LlavaNextImage(PixelValues Pixels, VisualLayout Layout, int[] Sources) : ImageInput(Pixels, Layout);
