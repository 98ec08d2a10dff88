using ResPrune.Inference.Pruning;

namespace ResPrune.Cli.Evaluation;

/// <summary>One way of answering all questions.</summary>
/// <param name="Keep">Token budget as it was typed.</param>
/// <param name="Pruner">How tokens are chosen.</param>
internal sealed record EvaluationArm(string Keep, string Pruner)
{
    private const string NoPruner = "none";

    /// <summary>True when every token is kept.</summary>
    public bool IsFull => Pruner == NoPruner || TokenBudget.Parse(Keep).KeepsAll;

    /// <summary>The engine's settings.</summary>
    public PruningOptions Pruning => new() { Keep = TokenBudget.Parse(Keep), Pruner = Pruner };

    /// <summary>Every budget with every pruner; a budget that keeps all tokens leaves nothing to choose and stands once.</summary>
    public static IReadOnlyList<EvaluationArm> Cross(IReadOnlyList<string> keep, IReadOnlyList<string> pruners) =>
    [
        .. keep.SelectMany(budget => TokenBudget.Parse(budget).KeepsAll
            ? [new EvaluationArm(budget, NoPruner)]
            : pruners.Select(pruner => new EvaluationArm(budget, pruner))),
    ];
}
