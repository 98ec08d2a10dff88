namespace ResPrune.Inference.Models;

/// <summary>The parts of a vision-language model.</summary>
internal enum ModelPart
{
    /// <summary>The vision encoder.</summary>
    Vision,

    /// <summary>What takes its features into the language model's embedding space.</summary>
    Projector,

    /// <summary>The language model.</summary>
    Language,
}
