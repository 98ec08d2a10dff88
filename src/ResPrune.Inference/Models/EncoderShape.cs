namespace ResPrune.Inference.Models;

/// <summary>Shape of a vision encoder.</summary>
public sealed record EncoderShape
{
    /// <summary>Its layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Its width.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of its MLPs.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Its attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Pixels along a side of a patch.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Patches of a tile, for encoders of fixed resolution; null where the resolution follows the picture.</summary>
    public int? PatchesPerTile { get; init; }

    /// <summary>Patches that become one visual token.</summary>
    public required int PatchesPerToken { get; init; }
}
