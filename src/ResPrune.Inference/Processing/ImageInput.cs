using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Processing;

/// <summary>A picture as its family's vision encoder takes it; families that need more than pixels derive from it.</summary>
/// <param name="Pixels">Normalised values.</param>
/// <param name="Layout">Where its visual tokens will lie.</param>
internal record ImageInput(PixelValues Pixels, VisualLayout Layout);
