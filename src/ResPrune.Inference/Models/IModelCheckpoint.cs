using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tokenization;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Models;

/// <summary>One checkpoint folder of a family: its settings are read and checked, its weights not loaded.</summary>
internal interface IModelCheckpoint
{
    /// <summary>The folder.</summary>
    string Directory { get; }

    /// <summary>The family's <c>model_type</c>.</summary>
    string ModelType { get; }

    /// <summary>Shape of the language model.</summary>
    DecoderConfig Text { get; }

    /// <summary>Shape of the vision encoder.</summary>
    EncoderShape Encoder { get; }

    /// <summary>The placeholder's text in <c>tokenizer.json</c>, such as <c>&lt;image&gt;</c>.</summary>
    string ImageToken { get; }

    /// <summary>Vocabulary id that stands for the picture in the prompt.</summary>
    int ImageTokenId { get; }

    /// <summary>Ids that end an answer.</summary>
    IReadOnlyList<int> EosTokenIds { get; }

    /// <summary>What the folder says of how answers are chosen.</summary>
    GenerationConfig Generation { get; }

    /// <summary>α of this family in the ResPrune paper.</summary>
    double DefaultAlpha { get; }

    /// <summary>(9) What turns picture files into this family's encoder input.</summary>
    IImageProcessor CreateImageProcessor(double maxMegapixels);

    /// <summary>(10) The family's published chat template.</summary>
    IPromptFormat CreatePromptFormat(ITokenizer tokenizer);

    /// <summary>The canonical name of a stored tensor, or null for one that old exporters wrote and nothing reads.</summary>
    string? CanonicalName(string stored);

    /// <summary>The name that published checkpoints store a weight under.</summary>
    string PublishedName(string canonical);

    /// <summary>The part of the model that a weight belongs to.</summary>
    ModelPart PartOf(string canonical);

    /// <summary>Builds the model; takes every weight by canonical name and shape and has no other effect.</summary>
    IVisionLanguageModel Build(IWeightSource weights);
}
