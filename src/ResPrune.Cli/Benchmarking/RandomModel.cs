namespace ResPrune.Cli.Benchmarking;

/// <summary>A model with random weights, made for a measurement and deleted after it.</summary>
/// <param name="Shape">Name of its widths.</param>
/// <param name="Layers">Decoder layers.</param>
/// <param name="VisionLayers">Encoder layers.</param>
internal sealed record RandomModel(string Shape, int Layers, int VisionLayers)
{
    /// <summary>The one shape there is.</summary>
    public const string Llava15 = "llava-1.5-7b";
}
