namespace ResPrune.TinyModel.Questions;

/// <summary>One question of an evaluation with its picture.</summary>
/// <param name="Seed">Seed of the scene.</param>
/// <param name="Png">The picture as PNG, 96 × 96; shared by the questions about it.</param>
/// <param name="Question">What is asked, and the right answer.</param>
public sealed record EvaluationItem(long Seed, ReadOnlyMemory<byte> Png, Question Question)
{
    /// <summary>Whether an answer is right: the same words, whatever the case, surrounding blanks and a full stop at the end.</summary>
    public bool IsRight(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return string.Equals(answer.Trim().TrimEnd('.'), Question.Answer, StringComparison.OrdinalIgnoreCase);
    }
}
