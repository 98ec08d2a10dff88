namespace ResPrune.Inference.Weights;

/// <summary>Widths and depths of a LLaVA-1.5 checkpoint.</summary>
public sealed record CheckpointShape
{
    /// <summary>Width of the vision tower.</summary>
    public required int VisionWidth { get; init; }

    /// <summary>Width of its MLPs.</summary>
    public required int VisionMlpWidth { get; init; }

    /// <summary>Its layers; the features come from the last but one.</summary>
    public required int VisionLayers { get; init; }

    /// <summary>Its attention heads.</summary>
    public required int VisionHeads { get; init; }

    /// <summary>Side of the pictures it sees, in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Side of a patch, in pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Width of the language model.</summary>
    public required int Width { get; init; }

    /// <summary>Width of its MLPs.</summary>
    public required int MlpWidth { get; init; }

    /// <summary>Its layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Its attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Rows of its embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Most tokens of a prompt with its answer.</summary>
    public required int ContextLength { get; init; }

    /// <summary>The widths of <c>llava-hf/llava-1.5-7b-hf</c> (CLIP ViT-L/14 at 336 pixels, Vicuna 7B) with fewer layers where asked for.</summary>
    /// <param name="layers">Decoder layers; the published model has 32.</param>
    /// <param name="visionLayers">Encoder layers, at least 2; the published model has 24.</param>
    public static CheckpointShape Llava15With7BillionWidths(int layers, int visionLayers) => new()
    {
        VisionWidth = 1024,
        VisionMlpWidth = 4096,
        VisionLayers = visionLayers,
        VisionHeads = 16,
        ImageSize = 336,
        PatchSize = 14,
        Width = 4096,
        MlpWidth = 11008,
        Layers = layers,
        Heads = 32,
        VocabularySize = 32064,
        ContextLength = 4096,
    };
}
