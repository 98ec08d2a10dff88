namespace ResPrune.Inference.Processing;

/// <summary>A request as the model takes it.</summary>
/// <param name="Prompt">The text, with a place for the picture.</param>
/// <param name="Image">The picture.</param>
internal sealed record MultimodalInput(MultimodalPrompt Prompt, ImageInput Image);
