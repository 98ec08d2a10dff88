namespace ResPrune.Inference.Inspection;

/// <summary>Shape of a language model.</summary>
/// <param name="Layers">Its layers.</param>
/// <param name="HiddenSize">Its width.</param>
/// <param name="IntermediateSize">Width of its MLPs.</param>
/// <param name="Heads">Its attention heads.</param>
/// <param name="KeyValueHeads">Heads of keys and values; fewer than <paramref name="Heads"/> with grouped queries.</param>
/// <param name="HeadSize">Width of a head.</param>
/// <param name="VocabularySize">Rows of its embedding.</param>
/// <param name="ContextLength">Most tokens of a prompt with its answer.</param>
/// <param name="TiedEmbeddings">Whether the output head is the embedding.</param>
public sealed record DecoderShape(
    int Layers,
    int HiddenSize,
    int IntermediateSize,
    int Heads,
    int KeyValueHeads,
    int HeadSize,
    int VocabularySize,
    int ContextLength,
    bool TiedEmbeddings);
