using ResPrune.TinyModel.Questions;

namespace ResPrune.Cli.Evaluation;

/// <summary>What every arm made of one question.</summary>
/// <param name="Picture">Seed of the scene.</param>
/// <param name="Kind">What was asked for.</param>
/// <param name="Right">For each arm, whether its answer was right.</param>
/// <param name="VisualTokens">Visual tokens of the picture before pruning.</param>
/// <param name="Kept">For each arm, how many visual tokens it kept.</param>
internal sealed record EvaluationOutcome(long Picture, QuestionKind Kind, IReadOnlyList<bool> Right, int VisualTokens, IReadOnlyList<int> Kept);
