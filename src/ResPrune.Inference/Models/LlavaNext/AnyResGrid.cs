namespace ResPrune.Inference.Models.LlavaNext;

/// <summary>How AnyRes fits one picture: resized without distortion into a canvas of whole tiles, black around it.</summary>
/// <param name="Rows">Tiles of the canvas downwards.</param>
/// <param name="Columns">Tiles of the canvas across.</param>
/// <param name="ResizedHeight">Height of the resized picture.</param>
/// <param name="ResizedWidth">Width of the resized picture.</param>
internal readonly record struct AnyResGrid(int Rows, int Columns, int ResizedHeight, int ResizedWidth)
{
    /// <summary>Tiles of the canvas and the whole picture, which comes before them as tile 0.</summary>
    public int Tiles => 1 + (Rows * Columns);
}
