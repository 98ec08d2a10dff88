namespace ResPrune.Inference.Processing;

/// <summary>A picture as the vision encoder takes it.</summary>
/// <param name="Data">Red, green, then blue plane, each row by row: [3, H, W].</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
internal sealed record PixelValues(float[] Data, int Height, int Width)
{
    /// <summary>Planes of <see cref="Data"/>.</summary>
    public const int Channels = 3;
}
