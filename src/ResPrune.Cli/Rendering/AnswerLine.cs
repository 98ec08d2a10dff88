using ResPrune.Cluster.Batches;

namespace ResPrune.Cli.Rendering;

/// <summary>One of the first answers, as it is shown. Names, questions and answers come from outside and are cleaned.</summary>
internal static class AnswerLine
{
    /// <summary>How many answers are shown.</summary>
    public const int Shown = 5;

    private const int NameLength = 60;
    private const int TextLength = 200;

    /// <summary>Name of the picture.</summary>
    public static string Image(FirstAnswer answer) => TerminalText.Clean(answer.Image, NameLength);

    /// <summary>The question.</summary>
    public static string Question(FirstAnswer answer) => TerminalText.Clean(answer.Question, TextLength);

    /// <summary>The answer.</summary>
    public static string Text(FirstAnswer answer) => TerminalText.Clean(answer.Answer, TextLength);
}
