namespace ResPrune.Inference.Processing;

/// <summary>Normalised pixel values in the family's order, row-major.</summary>
/// <param name="Data">The values.</param>
/// <param name="Shape">Their shape: [3, H, W] of one square picture, [tiles, 3, H, W] of a tiled one, [patches, values] of a patch sequence.</param>
internal sealed record PixelValues(float[] Data, IReadOnlyList<int> Shape)
{
    /// <summary>Red, green and blue.</summary>
    public const int Channels = 3;
}
