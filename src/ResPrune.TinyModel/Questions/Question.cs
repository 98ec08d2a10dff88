namespace ResPrune.TinyModel.Questions;

/// <summary>A question about a scene and the one right answer.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Text">As a user would type it.</param>
/// <param name="Answer">Lower case, no full stop.</param>
/// <param name="Noun">Class index of the noun it names, or −1.</param>
public sealed record Question(QuestionKind Kind, string Text, string Answer, int Noun = -1);
