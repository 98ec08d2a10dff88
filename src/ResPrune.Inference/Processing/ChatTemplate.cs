namespace ResPrune.Inference.Processing;

/// <summary>
/// A family's published chat template around one picture and one question: <c>head, picture, between, question, after, tail</c>.
/// </summary>
/// <param name="Head">Before the picture; control tokens may be written out in it. What the tokenizer itself puts before a text is left out.</param>
/// <param name="Between">Plain text between picture and question.</param>
/// <param name="After">Plain text behind the question.</param>
/// <param name="Tail">Behind that: empty, or a text that begins with a control token.</param>
internal sealed record ChatTemplate(string Head, string Between, string After, string Tail = "");
