namespace ResPrune.Inference.Inspection;

/// <summary>Size of a picture in pixels.</summary>
/// <param name="Width">Its width.</param>
/// <param name="Height">Its height.</param>
public readonly record struct PictureSize(int Width, int Height);
