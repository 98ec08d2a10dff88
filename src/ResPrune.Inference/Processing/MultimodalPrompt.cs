namespace ResPrune.Inference.Processing;

/// <summary>A prompt with one place for a picture.</summary>
/// <param name="Ids">Token ids, the picture's placeholder among them once.</param>
/// <param name="ImageIndex">Where the placeholder is in <paramref name="Ids"/>.</param>
/// <param name="Question">
/// The tokens that stand for the question, in order: not the template's role markers, and not the white space put in by the tokenizer.
/// </param>
internal sealed record MultimodalPrompt(int[] Ids, int ImageIndex, IReadOnlyList<QuestionToken> Question);
