using ResPrune.Inference.Models;

namespace ResPrune.Inference.Inspection;

/// <summary>What can be said of a model folder without loading its weights.</summary>
public sealed record ModelReport
{
    /// <summary>Name of the folder.</summary>
    public required string Name { get; init; }

    /// <summary>The folder.</summary>
    public required string Directory { get; init; }

    /// <summary>Its family: <c>model_type</c> of its <c>config.json</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>The family's transformers class.</summary>
    public required string Architecture { get; init; }

    /// <summary>Shape of the language model.</summary>
    public required DecoderShape Language { get; init; }

    /// <summary>Shape of the vision encoder.</summary>
    public required EncoderShape Vision { get; init; }

    /// <summary>Number of weights by part.</summary>
    public required PartSizes Parameters { get; init; }

    /// <summary>Number of weights by the type they are stored in.</summary>
    public required IReadOnlyDictionary<string, long> StoredAs { get; init; }

    /// <summary>The folder's files, in the order of their names.</summary>
    public required IReadOnlyList<ModelFile> Files { get; init; }

    /// <summary>Tokens of its tokenizer, special ones included.</summary>
    public required int TokenizerSize { get; init; }

    /// <summary>α of the family in the ResPrune paper, used unless another one is asked for.</summary>
    public required double Alpha { get; init; }

    /// <summary>Whether the number of visual tokens follows the picture's size between bounds that a job may set.</summary>
    public required bool FollowsThePicture { get; init; }

    /// <summary>Whether kept tokens keep their places (M-RoPE); else they are numbered without gaps.</summary>
    public required bool KeepsPositions { get; init; }

    /// <summary>Text tokens of the prompt that costs are for: the family's template and a short question.</summary>
    public required int TextTokens { get; init; }

    /// <summary>What pictures of some sizes become.</summary>
    public required IReadOnlyList<PictureCost> Pictures { get; init; }

    /// <summary>Memory it needs on this machine.</summary>
    public required MemoryNeed Memory { get; init; }

    /// <summary>What is unusual about the folder and does not keep it from serving.</summary>
    public required IReadOnlyList<string> Notices { get; init; }

    /// <summary>Weights that are missing, unexpected or misshapen; with any of them the model cannot be served.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}
