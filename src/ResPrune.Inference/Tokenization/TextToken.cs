namespace ResPrune.Inference.Tokenization;

/// <summary>A token and the characters it stands for.</summary>
/// <param name="Id">Id in the vocabulary.</param>
/// <param name="Start">Index of its first UTF-16 code unit in the text that was given.</param>
/// <param name="End">
/// Index behind its last; equal to <paramref name="Start"/> for what the tokenizer put in. A token of some of a character's bytes has the
/// whole character's span.
/// </param>
internal readonly record struct TextToken(int Id, int Start, int End);
