namespace ResPrune.Cli.Evaluation;

/// <summary>ResPrune's accuracy less that of the random control, question by question.</summary>
/// <param name="Keep">Token budget of both.</param>
/// <param name="ResPruneMinusRandom">The mean difference, with an interval over pictures.</param>
internal sealed record EvaluationDifference(string Keep, Interval ResPruneMinusRandom);
