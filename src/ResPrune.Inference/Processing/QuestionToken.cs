namespace ResPrune.Inference.Processing;

/// <summary>A token of the prompt that stands for characters of the user's question.</summary>
/// <param name="Position">Index in <see cref="MultimodalPrompt.Ids"/>.</param>
/// <param name="Id">Its id there.</param>
/// <param name="Start">Index of the first UTF-16 code unit of the question that it stands for.</param>
/// <param name="End">Index behind the last. The tokens of one character's bytes all have that character's span.</param>
internal readonly record struct QuestionToken(int Position, int Id, int Start, int End);
