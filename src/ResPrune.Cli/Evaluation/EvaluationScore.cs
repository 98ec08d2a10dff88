namespace ResPrune.Cli.Evaluation;

/// <summary>How one arm did.</summary>
/// <param name="Keep">Token budget as it was typed.</param>
/// <param name="Pruner">How tokens were chosen.</param>
/// <param name="TokensKept">Visual tokens kept, on average.</param>
/// <param name="Accuracy">Exact match over all questions, with Wilson's interval.</param>
/// <param name="ShareOfFull">Accuracy over that of the arm that keeps all tokens; null when there is none.</param>
/// <param name="Kinds">Exact match by kind of question.</param>
internal sealed record EvaluationScore(
    string Keep, string Pruner, double TokensKept, Interval Accuracy, double? ShareOfFull, IReadOnlyList<KindAccuracy> Kinds);
