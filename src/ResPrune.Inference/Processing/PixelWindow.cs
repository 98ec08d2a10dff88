namespace ResPrune.Inference.Processing;

/// <summary>A rectangle of a picture and where it goes in another.</summary>
/// <param name="SourceX">First column taken.</param>
/// <param name="SourceY">First row taken.</param>
/// <param name="Width">Columns; 0 takes nothing.</param>
/// <param name="Height">Rows; 0 takes nothing.</param>
/// <param name="TargetX">Column of the first one in the target.</param>
/// <param name="TargetY">Row of the first one in the target.</param>
internal readonly record struct PixelWindow(int SourceX, int SourceY, int Width, int Height, int TargetX, int TargetY);
