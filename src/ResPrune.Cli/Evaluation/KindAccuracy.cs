namespace ResPrune.Cli.Evaluation;

/// <summary>How one arm did on one kind of question.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Questions">Questions of that kind.</param>
/// <param name="Accuracy">Exact match, with Wilson's interval.</param>
internal sealed record KindAccuracy(string Kind, int Questions, Interval Accuracy);
